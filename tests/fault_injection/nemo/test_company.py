"""Realistic company: another process opens every new file in TEMP, on the real clock.

It is our child, so `windows_sharing` counts what it has open: nothing is injected and nobody
pretends, the deletions fail because and as long as that process holds the files.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from winasr_doctor import guard, load_model, sweep, transcribe
from winasr_doctor.faults import SharingEmulator
from winasr_doctor.frameworks.nemo import calls
from winasr_doctor.locks import Attempt, CleanupReport, RetryPolicy
from winasr_doctor.locks.ledger import Ledger

from .conftest import RECORDING, TEXT
from .invariants import is_same_model

pytestmark = pytest.mark.usefixtures("linux_only")

_SCANNER = Path(__file__).with_name("scanner.py")
_PATIENT = RetryPolicy(total=10)
"""A scanner on a busy machine holds its files longer than it means to."""


class Scanner:
    """The other process.

    Attributes:
        pid: Its number.
        held: How many files it has held, once it has ended.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.pid = process.pid
        self.held = 0

    def end(self) -> None:
        """Let it close everything and end."""
        if self._process.poll() is None:
            said, _ = self._process.communicate(timeout=120)
            self.held = int(said.split()[-1])


@contextmanager
def scanning(folder: Path, hold: float) -> Iterator[Scanner]:
    """Run a process that opens whatever appears below a folder, at once, for so many seconds."""
    process = subprocess.Popen(
        [sys.executable, str(_SCANNER), str(folder), "--hold", str(hold)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    scanner = Scanner(process)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield scanner
        scanner.end()
    finally:
        process.kill()
        process.wait()


def collisions(sharing: SharingEmulator, scanner: Scanner) -> int:
    """Count the deletions that failed because the other process had the file."""
    return sum(
        any(held.handle.pid == scanner.pid for held in refusal.held) for refusal in sharing.refusals
    )


def assert_gone(reports: tuple[CleanupReport, ...]) -> None:
    assert reports
    for report in reports:
        assert report.gone, report


@pytest.mark.parametrize("hold", [0.3, 1.0])
def test_the_guard_gets_everything_done_beside_a_scanner(
    model: Any, restore: Any, windows_sharing: SharingEmulator, temp: Path, hold: float
):
    with scanning(temp, hold) as scanner:
        for _ in range(3):
            with guard(_PATIENT) as session:
                restored = restore()
                texts = [each.text for each in model.transcribe([str(RECORDING)], verbose=False)]
            assert is_same_model(restored, model)
            assert texts == [TEXT]
            assert_gone(session.cleanups)
            assert list(temp.iterdir()) == []
    assert scanner.held >= 3
    assert collisions(windows_sharing, scanner) > 0


def test_the_loader_gets_everything_done_beside_a_scanner(
    windows_sharing: SharingEmulator, temp: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(calls, "needs_files", lambda _model: True)
    with scanning(temp, 0.5) as scanner:
        for _ in range(2):
            loaded = load_model("tiny", device="cpu", timeout=120)
            assert loaded.status == "loaded"
            heard = transcribe(loaded.model, RECORDING, timeout=120)
            assert (heard.status, heard.text) == ("transcribed", TEXT)
            assert_gone(loaded.cleanups + heard.cleanups)
            assert list(temp.iterdir()) == []
    assert scanner.held >= 4
    assert collisions(windows_sharing, scanner) > 0


def test_out_of_memory_comes_out_beside_a_scanner(
    model: Any, no_memory: BaseException, windows_sharing: SharingEmulator, temp: Path
):
    with scanning(temp, 0.5) as scanner:
        for _ in range(3):
            with guard(_PATIENT) as session, pytest.raises(type(no_memory)) as raised:
                model.transcribe([str(RECORDING)], verbose=False)
            assert raised.value is no_memory
            assert_gone(session.cleanups)
    assert list(temp.iterdir()) == []
    assert collisions(windows_sharing, scanner) > 0


def test_a_scanner_that_outlasts_the_budget_costs_nothing_but_a_leftover_until_it_ends(
    windows_sharing: SharingEmulator,
    temp: Path,
    ledger: Ledger,
    until_named: Callable[[Attempt], None],
):
    with scanning(temp, 60) as scanner:
        # scan=False: the doctor tries whether TEMP can be written to, with a file of its own.
        loaded = load_model(
            "tiny", device="cpu", policy=_PATIENT, on_attempt=until_named, scan=False
        )
        assert loaded.status == "loaded_cleanup_failed"
        (report,) = loaded.cleanups
        assert {entry.path for entry in ledger.entries()} == {report.path}
        assert transcribe(loaded.model, RECORDING, timeout=120).text == TEXT
        assert [kept.path for kept in sweep().kept] == [report.path]
        text = str(loaded.message)
        assert loaded.leftovers[0].path in text
        assert f"pid {scanner.pid}" in text
        assert loaded.message.remedies
    assert collisions(windows_sharing, scanner) > 0
    assert sweep().removed == (report.path,)
    assert list(temp.iterdir()) == []
    assert ledger.entries() == []


def test_many_transcriptions_beside_a_scanner_do_not_slow_down(
    model: Any, windows_sharing: SharingEmulator, temp: Path
):
    """What is waited for a passing lock is little more than the lock lasts."""
    hold, rounds = 0.25, 12
    with scanning(temp, hold) as scanner:
        reports: list[CleanupReport] = []
        for _ in range(rounds):
            with guard(_PATIENT) as session:
                model.transcribe([str(RECORDING)], verbose=False)
            reports += session.cleanups
    assert_gone(tuple(reports))
    assert len(reports) == rounds
    assert collisions(windows_sharing, scanner) > 0
    assert list(temp.iterdir()) == []
