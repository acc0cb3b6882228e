"""More leftovers than one entry of the ledger has room for."""

from __future__ import annotations

from pathlib import Path

import pytest

from winasr_doctor.asr import messages
from winasr_doctor.locks import ONCE, rmtree, sweep
from winasr_doctor.locks.ledger import Ledger

from .locking import Lock

ROOM = 10


@pytest.fixture
def wide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with 15 files, 12 of them in a folder of their own."""
    monkeypatch.setattr("winasr_doctor.locks.leftovers.MOST_ITEMS", ROOM)
    root = tmp_path / "wide"
    (root / "inner").mkdir(parents=True)
    for number in range(15):
        (root / ("inner" if number < 12 else "") / f"{number}.txt").touch()
    return root


@pytest.mark.usefixtures("way")
def test_what_is_recorded_and_what_is_not_is_said(
    ledger: Ledger, wide: Path, lock: Lock, caplog: pytest.LogCaptureFixture
):
    lock(".txt")
    report = rmtree(wide, ONCE)
    (entry,) = ledger.entries()
    assert report.deferred
    assert len(report.leftovers) == 15
    assert len(entry.items) == ROOM
    assert entry.unlisted == report.unrecorded == 16 - ROOM
    assert "and 14 more" in caplog.text
    said = messages.of_success("done", [report], []).details[0]
    assert "except for 6 of the files and folders in it" in caplog.text
    assert "except for 6 of the files and folders in it" in said


@pytest.mark.usefixtures("way")
def test_a_sweep_removes_what_is_recorded_and_says_what_is_not(
    ledger: Ledger, wide: Path, lock: Lock
):
    release = lock(".txt")
    rmtree(wide, ONCE)
    release()
    (kept,) = sweep().kept
    assert "6 of the files and folders in it were too many to record" in kept.why
    assert len([path for path in wide.rglob("*") if path.is_file()]) == 6
    assert ledger.entries() == []


def test_a_claimed_folder_needs_no_list(ledger: Ledger, wide: Path, lock: Lock):
    release = lock(".txt")
    report = rmtree(wide, ONCE, claim=ledger.claim(str(wide)))
    assert report.unrecorded == 0
    release()
    assert sweep().removed == (str(wide),)


def test_long_names_make_no_entry_that_is_too_large_to_be_read(
    ledger: Ledger, wide: Path, lock: Lock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("winasr_doctor.locks.leftovers._MOST_BYTES", 5 * 100)
    lock(".txt")
    report = rmtree(wide, ONCE)
    (entry,) = ledger.entries()
    assert 0 < len(entry.items) < 5
    assert report.unrecorded == 16 - len(entry.items)
