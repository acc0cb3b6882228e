"""What the suite shares: a ledger for each test, and a fast place for many trees."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from winasr_doctor.cleanup.ledger import Ledger, default_ledger


@pytest.fixture(autouse=True)
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """Return the ledger that everything in the test uses."""
    monkeypatch.setenv("WINASR_DOCTOR_STATE", str(tmp_path / "state"))
    return default_ledger()


@pytest.fixture(autouse=True)
def creation_times(no_creation_times_under_wine: None) -> None:
    """Let a folder stay the same while its contents change."""


@pytest.fixture
def fast_folder(tmp_path: Path) -> Iterator[Path]:
    """Return an empty folder, in memory where there is one: thousands of trees come and go."""
    memory = "/dev/shm"  # noqa: S108 - a folder of our own is made in it
    if os.name != "posix" or not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)
