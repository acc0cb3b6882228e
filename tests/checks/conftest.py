"""Every remedy that a test of a check sees has its commands as values, not in its words."""

from __future__ import annotations

import pytest
from hidden_commands import hidden_commands

from winasr_doctor import scanning, testing


@pytest.fixture(autouse=True)
def commands_are_values(monkeypatch):
    def run_and_look(check, host, **options):
        results = scanning.run_check(check, host, **options)
        assert not hidden_commands(remedy for each in results for remedy in each.remedies)
        return results

    monkeypatch.setattr(testing, "run_check", run_and_look)
