"""A folder keeps its identity in all of these tests."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def creation_times(no_creation_times_under_wine: None) -> None:
    """Let a folder stay the same while its contents change."""
