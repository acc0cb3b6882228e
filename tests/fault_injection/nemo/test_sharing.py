"""No fault is injected here: real handles of this process and its children are what is in the way.

Windows' sharing rules are in force (`windows_sharing`); what NeMo and lhotse keep open is theirs.
"""

from __future__ import annotations

import gc
import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from winasr_doctor import guard, sweep, transcribe
from winasr_doctor.faults import SharingEmulator, VirtualClock
from winasr_doctor.frameworks.nemo import calls
from winasr_doctor.locks import CleanupReport, CleanupStatus
from winasr_doctor.locks.ledger import Ledger

from .conftest import RECORDING, TEXT
from .releases import HOLDS_ITS_MANIFEST

F3 = RECORDING.with_name("f3.wav"), "nine yes seven five"

pytestmark = pytest.mark.usefixtures("linux_only", "virtual_clock")


@pytest.fixture
def nothing_stays(temp: Path, ledger: Ledger, virtual_clock: VirtualClock):
    """Return a check that a block has cleaned up everything, without waiting for anybody."""

    def check(*reports: CleanupReport) -> None:
        assert reports
        assert {report.status for report in reports} == {CleanupStatus.REMOVED}
        assert virtual_clock.sleeps == []
        assert list(temp.iterdir()) == []
        assert ledger.entries() == []

    return check


def manifests(sharing: SharingEmulator) -> list[str]:
    """Return who held the manifest when it could not be deleted."""
    return [
        str(held)
        for refusal in sharing.refusals
        if os.path.basename(refusal.path) == "manifest.json"
        for held in refusal.held
    ]


def test_out_of_memory_comes_out_while_its_own_traceback_holds_the_manifest(
    model: Any, no_memory: BaseException, windows_sharing: SharingEmulator, nothing_stays: Any
):
    with guard() as session, pytest.raises(type(no_memory)) as raised:
        model.transcribe([str(RECORDING)], verbose=False)
    assert raised.value is no_memory
    held = any("lhotse" in holder for holder in manifests(windows_sharing))
    assert held is HOLDS_ITS_MANIFEST
    nothing_stays(*session.cleanups)


def test_a_pause_while_the_holder_is_looked_for_leaves_nothing_behind(
    model: Any,
    no_memory: BaseException,
    windows_sharing: SharingEmulator,
    nothing_stays: Any,
    monkeypatch: pytest.MonkeyPatch,
):
    """A garbage collection of NeMo's heap takes a third of a second, and may come any time."""
    monkeypatch.setattr(
        "winasr_doctor.locks.holders.reachable.monotonic", lambda: time.monotonic() + 0.3
    )
    with guard() as session, pytest.raises(type(no_memory)):
        model.transcribe([str(RECORDING)], verbose=False)
    assert bool(manifests(windows_sharing)) is HOLDS_ITS_MANIFEST
    nothing_stays(*session.cleanups)


def test_the_loader_says_that_memory_ran_out_and_nothing_of_a_lock(
    model: Any,
    no_memory: BaseException,
    windows_sharing: SharingEmulator,
    nothing_stays: Any,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(calls, "needs_files", lambda _model: True)
    outcome = transcribe(model, RECORDING, timeout=60)
    assert outcome.error is no_memory
    assert outcome.message.headline.startswith("The GPU ran out of memory")
    assert outcome.message.remedies
    assert bool(manifests(windows_sharing)) is HOLDS_ITS_MANIFEST
    nothing_stays(*outcome.cleanups)


def test_a_stereo_file_is_refused_as_stereo(
    model: Any, stereo: Path, windows_sharing: SharingEmulator, nothing_stays: Any
):
    with guard() as session, pytest.raises(TypeError, match="shape") as raised:
        model.transcribe([str(stereo)], verbose=False)
    assert raised.value.__context__ is None
    assert bool(manifests(windows_sharing)) is HOLDS_ITS_MANIFEST
    nothing_stays(*session.cleanups)


def test_the_loader_transcribes_the_same_stereo_file(
    model: Any, stereo: Path, windows_sharing: SharingEmulator, nothing_stays: Any
):
    outcome = transcribe(model, stereo, timeout=60)
    assert outcome.text == TEXT
    assert windows_sharing.refusals == []
    nothing_stays(*outcome.cleanups)


def first_of_two(model: Any) -> Any:
    """Return a generator of transcriptions that has given the first and is suspended."""
    config = model.get_transcribe_config()
    config.batch_size, config.num_workers, config.verbose = 1, 0, False
    results = model.transcribe_generator([str(RECORDING), str(F3[0])], config)
    assert [each.text for each in next(results)] == [TEXT]
    return results


def test_a_generator_that_is_dropped_halfway_takes_its_manifest_along(
    model: Any, windows_sharing: SharingEmulator, nothing_stays: Any
):
    with guard() as session:
        results = first_of_two(model)
        del results
        gc.collect()
    assert bool(manifests(windows_sharing)) is HOLDS_ITS_MANIFEST
    nothing_stays(*session.cleanups)


def test_a_generator_that_outlives_the_guard_is_still_cleaned_up_after(
    model: Any, windows_sharing: SharingEmulator, temp: Path, nothing_stays: Any
):
    with guard() as session:
        results = first_of_two(model)
    assert len(list(temp.iterdir())) == 1
    del results
    gc.collect()
    assert bool(manifests(windows_sharing)) is HOLDS_ITS_MANIFEST
    nothing_stays(*session.cleanups)


def test_two_workers_that_read_the_manifest_do_not_cost_the_texts(
    model: Any, windows_sharing: SharingEmulator, temp: Path, ledger: Ledger
):
    with guard() as session:
        results = model.transcribe(
            [str(RECORDING), str(F3[0])] * 4, batch_size=1, num_workers=2, verbose=False
        )
    assert sorted({each.text for each in results}) == sorted([TEXT, F3[1]])
    assert len(results) == 8
    assert session.cleanups
    sweep()
    assert list(temp.iterdir()) == []
    assert ledger.entries() == []


def test_out_of_memory_with_two_workers_comes_out_and_nothing_stays_for_ever(
    model: Any,
    no_memory: BaseException,
    windows_sharing: SharingEmulator,
    temp: Path,
    ledger: Ledger,
):
    with guard(), pytest.raises(type(no_memory)) as raised:
        model.transcribe([str(RECORDING)] * 12, batch_size=1, num_workers=2, verbose=False)
    assert raised.value is no_memory
    assert bool(windows_sharing.refusals) is HOLDS_ITS_MANIFEST
    del raised
    no_memory.with_traceback(None)
    gc.collect()
    sweep()
    assert list(temp.iterdir()) == []
    assert ledger.entries() == []


def test_a_thread_that_goes_into_the_folder_is_sent_home(
    model: Any,
    windows_sharing: SharingEmulator,
    temp: Path,
    nothing_stays: Any,
    monkeypatch: pytest.MonkeyPatch,
):
    forward, home = model.forward, os.getcwd()

    def go_there_and_forward(*arguments: Any, **options: Any) -> Any:
        (folder,) = temp.iterdir()
        thread = threading.Thread(target=os.chdir, args=(folder,))
        thread.start()
        thread.join()
        return forward(*arguments, **options)

    monkeypatch.setattr(model, "forward", go_there_and_forward)
    with guard() as session:
        results = model.transcribe([str(RECORDING)], verbose=False)
    assert [each.text for each in results] == [TEXT]
    assert os.getcwd() == home
    assert [refusal.operation for refusal in windows_sharing.refusals] == ["rmdir"]
    nothing_stays(*session.cleanups)


def test_a_file_that_another_thread_keeps_open_is_left_at_once_and_removed_later(
    model: Any,
    windows_sharing: SharingEmulator,
    virtual_clock: VirtualClock,
    temp: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    forward, is_open, close = model.forward, threading.Event(), threading.Event()

    def hold(manifest: Path) -> None:
        with manifest.open():
            is_open.set()
            close.wait(60)

    threads: list[threading.Thread] = []

    def open_and_forward(*arguments: Any, **options: Any) -> Any:
        threads.append(threading.Thread(target=hold, args=tuple(temp.glob("*/manifest.json"))))
        threads[0].start()
        assert is_open.wait(60)
        return forward(*arguments, **options)

    monkeypatch.setattr(model, "forward", open_and_forward)
    with guard() as session:
        results = model.transcribe([str(RECORDING)], verbose=False)
    assert [each.text for each in results] == [TEXT]
    (report,) = session.cleanups
    assert report.status is CleanupStatus.LEFT_BEHIND
    assert report.holding is not None
    assert report.holding.by_ourselves
    assert virtual_clock.sleeps == []
    assert [kept.path for kept in sweep().kept] == [report.path]
    close.set()
    threads[0].join()
    assert sweep().removed == (report.path,)
    assert list(temp.iterdir()) == []
    assert manifests(windows_sharing)


def test_in_a_clean_run_nothing_is_in_the_way(
    model: Any, restore: Any, windows_sharing: SharingEmulator, nothing_stays: Any
):
    with guard() as session:
        assert restore() is not None
        results = model.transcribe([str(RECORDING), str(F3[0])], verbose=False)
    assert [each.text for each in results] == [TEXT, F3[1]]
    assert windows_sharing.refusals == []
    nothing_stays(*session.cleanups)
