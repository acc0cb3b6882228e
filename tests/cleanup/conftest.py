"""A ledger of its own for every test, and one for the code that asks for the account's."""

from __future__ import annotations

from pathlib import Path

import pytest

from winasr_doctor.cleanup.ledger import Ledger, default_ledger


@pytest.fixture(autouse=True)
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """Return the ledger that everything in the test uses."""
    monkeypatch.setenv("WINASR_DOCTOR_STATE", str(tmp_path / "state"))
    return default_ledger()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a folder with two files, one of them in a folder of its own."""
    root = tmp_path / "tree"
    (root / "inner").mkdir(parents=True)
    (root / "a.txt").write_text("a")
    (root / "inner" / "b.txt").write_text("b")
    return root
