"""The guard tells its observers when a folder is made, when it is tried and when it is over."""

from __future__ import annotations

import contextvars
import os
import tempfile
import threading

import pytest

from winasr_doctor import guard
from winasr_doctor._guard.events import (
    CleanupAttempted,
    FolderClosed,
    FolderOpened,
    GuardEvent,
    Phase,
)
from winasr_doctor.locks import CleanupStatus, RetryPolicy

from .conftest import LOADING, TRANSCRIBING, Import, Locks, Write
from .test_guard import FOREVER, SHORT, write

CONNECTOR = """
import tempfile

def load(work):
    with tempfile.TemporaryDirectory() as folder:
        return work(folder)

class SaveRestoreConnector:
    def save_to(self, work):
        return self._pack(work)

    def _pack(self, work):
        with tempfile.TemporaryDirectory() as folder:
            return work(folder)
"""


def in_a_thread(action) -> None:
    thread = threading.Thread(target=contextvars.Context().run, args=(action,))
    thread.start()
    thread.join()


def phases(events: list[GuardEvent]) -> list[tuple[str, Phase]]:
    return [(type(event).__name__, event.phase) for event in events]


def test_a_folder_is_opened_tried_and_closed(nemo: Import, locks: Locks):
    events: list[GuardEvent] = []
    locks.names["weights"] = 1
    with guard(observer=events.append) as session:
        nemo(LOADING).load(write("weights"))
    opened, first, last, closed = events
    path = opened.path
    assert opened == FolderOpened(path, Phase.LOADING, threading.get_ident())
    assert isinstance(first, CleanupAttempted)
    assert first.attempt.failures[0].path == os.path.join(path, "weights")
    assert last == CleanupAttempted(path, Phase.LOADING, session.cleanups[0].attempts[1])
    assert closed == FolderClosed(path, Phase.LOADING, session.cleanups[0], None)


def test_a_folder_is_told_of_while_it_is_there(nemo: Import):
    there: list[tuple[str, bool]] = []

    def observe(event: GuardEvent) -> None:
        there.append((type(event).__name__, os.path.exists(event.path)))

    with guard(observer=observe):
        nemo(LOADING).load(write("weights"))
    assert there == [("FolderOpened", True), ("CleanupAttempted", False), ("FolderClosed", False)]


def test_what_stays_is_closed_too(nemo: Import, locks: Locks):
    events: list[GuardEvent] = []
    locks.names["weights"] = FOREVER
    with guard(SHORT, observer=events.append):
        nemo(LOADING).load(write("weights"))
    assert events[-1].report.status is CleanupStatus.LEFT_BEHIND


def test_the_error_that_leaves_the_folder_is_told(nemo: Import):
    events: list[GuardEvent] = []
    own = ValueError("two channels")
    with guard(observer=events.append), pytest.raises(ValueError, match="two channels"):
        nemo(TRANSCRIBING).transcribe(write("manifest.json", own))
    assert events[-1].phase is Phase.TRANSCRIBING
    assert events[-1].error is own


def test_an_error_that_the_app_handles_meanwhile_is_not(nemo: Import):
    events: list[GuardEvent] = []
    with guard(observer=events.append):
        try:
            {}["earlier"]
        except KeyError:
            nemo(LOADING).load(write("weights"))
    assert events[-1].error is None


def test_a_cleanup_that_is_interrupted_is_closed_without_a_report(nemo: Import, monkeypatch):
    def interrupted(*_given: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("winasr_doctor._guard.directory.rmtree", interrupted)
    events: list[GuardEvent] = []
    with guard(observer=events.append), pytest.raises(KeyboardInterrupt):
        nemo(LOADING).load(write("weights"))
    assert events[-1].report is None


def test_saving_has_a_phase_of_its_own(write_nemo: Write, nemo: Import):
    write_nemo(loading=CONNECTOR)
    events: list[GuardEvent] = []
    with guard(observer=events.append):
        connector = nemo(LOADING)
        connector.SaveRestoreConnector().save_to(write("weights"))
        connector.load(write("weights"))
    folders = ("FolderOpened", "CleanupAttempted", "FolderClosed")
    assert phases(events) == [
        *((name, Phase.SAVING) for name in folders),
        *((name, Phase.LOADING) for name in folders),
    ]


def test_saving_is_as_before_afterwards(write_nemo: Write, nemo: Import):
    write_nemo(loading=CONNECTOR)
    connector = nemo(LOADING).SaveRestoreConnector
    before = vars(connector)["save_to"]
    with guard():
        assert vars(connector)["save_to"] is not before
    assert vars(connector)["save_to"] is before


def test_a_load_inside_a_failed_save_is_over_with_it(write_nemo: Write, nemo: Import):
    write_nemo(loading=CONNECTOR)
    events: list[GuardEvent] = []
    with guard(observer=events.append):
        connector = nemo(LOADING)
        with pytest.raises(ValueError, match="disk"):
            connector.SaveRestoreConnector().save_to(write("weights", ValueError("disk")))
        connector.load(write("weights"))
    assert events[-1].phase is Phase.LOADING


def test_an_observer_that_raises_is_logged_and_disturbs_nothing(nemo: Import, caplog):
    def fails(_event: GuardEvent) -> None:
        raise RuntimeError("of the observer's")

    events: list[GuardEvent] = []
    with guard(observer=events.append), guard(observer=fails) as session:
        assert nemo(LOADING).load(write("weights")) == "result"
    assert session.cleanups[0].gone
    assert len(events) == 3
    assert [record.exc_info[0] for record in caplog.records] == [RuntimeError] * 3


class TestWhichFolders:
    """An observer receives only the events of its own block's folders."""

    def test_blocks_inside_belong_to_it(self, nemo: Import):
        outer: list[GuardEvent] = []
        inner: list[GuardEvent] = []
        with guard(observer=outer.append):
            with guard(RetryPolicy(total=1), on_attempt=lambda _: None, observer=inner.append):
                nemo(LOADING).load(write("weights"))
            assert outer == inner
            nemo(LOADING).load(write("weights"))
        assert len(outer) == 2 * len(inner) == 6

    def test_another_threads_block_does_not(self, nemo: Import):
        load = nemo(LOADING).load
        events: list[GuardEvent] = []

        def other() -> None:
            with guard():
                load(write("weights"))

        with guard(observer=events.append):
            in_a_thread(other)
        assert events == []

    def test_to_a_block_of_the_whole_process_every_folder_belongs(self, nemo: Import):
        load = nemo(LOADING).load
        events: list[GuardEvent] = []

        def other() -> None:
            with guard() as session:
                load(write("weights"))
                assert len(session.cleanups) == 1
                in_a_thread(lambda: load(write("weights")))
                assert len(session.cleanups) == 2  # the only block of one thread's

        with guard(observer=events.append, whole_process=True) as session:
            in_a_thread(other)
            load(write("weights"))
            assert len(session.cleanups) == 3
        assert len(events) == 9


def test_a_guard_that_is_entered_in_the_middle_of_the_import_changes_nothing(
    write_nemo: Write, nemo: Import
):
    again = "\nfrom winasr_doctor import guard\nwith guard():\n    pass\n"
    write_nemo(loading=CONNECTOR.replace("import tempfile\n", "import tempfile\n" + again, 1))
    events: list[GuardEvent] = []
    with guard(observer=events.append) as session:
        nemo(LOADING).SaveRestoreConnector().save_to(write("weights"))
    assert session.problems == ()
    assert events[0].phase is Phase.SAVING
    assert nemo(LOADING).tempfile is tempfile
