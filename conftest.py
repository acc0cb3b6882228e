"""What every test shares: no test depends on the machine or the account it runs on."""

from __future__ import annotations

import importlib.util

import pytest

pytest_plugins = ["pytester"]


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every test an 80-column terminal without colour preferences."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")


def pytest_report_header() -> str | None:
    """Say which tests cannot run here."""
    if importlib.util.find_spec("nemo") is None:
        return "tests/nemo: not collected, NeMo is not installed (tox runs them: nemo3, nemo2)"
    return None
