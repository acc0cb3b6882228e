"""The guard around a made-up NeMo; tests/nemo has the same around the real one."""

from __future__ import annotations

import contextvars
import gc
import itertools
import os
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from winasr_doctor import guard
from winasr_doctor._guard.directory import guarded_for
from winasr_doctor._guard.events import Phase
from winasr_doctor.frameworks.guarded import GUARDED
from winasr_doctor.frameworks.names import NAMES
from winasr_doctor.locks import CleanupStatus, RetryPolicy, sweep
from winasr_doctor.locks.ledger import Ledger

from .conftest import LOADING, MODEL, TRANSCRIBING, Import, Locks

SHORT = RetryPolicy(total=0.05)
FOREVER = 10**9


def write(name: str, then: object = "result") -> object:
    """Return work that writes a file into its folder and then returns or raises something."""

    def work(folder: str) -> object:
        Path(folder, name).write_text("")
        if isinstance(then, BaseException):
            raise then
        return then

    return work


class Suspended:
    """A reader like lhotse's: a generator that is suspended inside `with open(...)`."""

    def __init__(self, path: str) -> None:
        self._lines = self._read(path)
        self.first = next(self._lines)

    @staticmethod
    def _read(path: str):
        with open(path, encoding="utf-8") as file:
            yield from file


def fail_with_open_manifest(folder: str) -> None:
    manifest = os.path.join(folder, "manifest.json")
    Path(manifest).write_text("one\ntwo\n")
    dataloader = {"sampler": Suspended(manifest)}
    raise MemoryError("CUDA out of memory", dataloader["sampler"].first)


class TestResults:
    def test_a_loaded_model_is_kept_when_its_folder_stays_locked(self, nemo: Import, locks: Locks):
        locks.names["weights"] = FOREVER
        with guard(SHORT) as session:
            assert nemo(LOADING).load(write("weights")) == "result"
        (report,) = session.cleanups
        assert report.status is CleanupStatus.LEFT_BEHIND
        assert report.deferred

    def test_without_the_guard_it_is_lost(self, nemo: Import, locks: Locks):
        locks.names["weights"] = FOREVER
        with pytest.raises((PermissionError, NotADirectoryError)):
            nemo(LOADING).load(write("weights"))
        locks.names.clear()
        gc.collect()

    def test_a_text_is_kept_when_the_manifest_stays_locked(self, nemo: Import, locks: Locks):
        locks.names["manifest.json"] = FOREVER
        with guard(SHORT):
            assert nemo(TRANSCRIBING).transcribe(write("manifest.json", "text")) == ["text"]

    def test_a_passing_lock_leaves_nothing_behind(self, nemo: Import, locks: Locks):
        locks.names["weights"] = 5
        with guard() as session:
            nemo(LOADING).load(write("weights"))
        (report,) = session.cleanups
        assert report.status is CleanupStatus.REMOVED
        assert len(report.attempts) == 6
        assert not os.path.exists(report.path)

    def test_nemos_own_error_comes_out_as_it_is(self, nemo: Import, locks: Locks):
        locks.names["weights"] = FOREVER
        own = ValueError("bad config")
        with guard(SHORT), pytest.raises(ValueError, match="bad config") as raised:
            nemo(LOADING).load(write("weights", own))
        assert raised.value is own
        assert own.__context__ is None

    @pytest.mark.parametrize("stop", [KeyboardInterrupt(), SystemExit(3)])
    def test_a_stop_is_never_swallowed(self, nemo: Import, stop: BaseException):
        with guard(), pytest.raises(type(stop)):
            nemo(LOADING).load(write("weights", stop))
        stop.with_traceback(None)
        stop.__context__ = None
        gc.collect()  # what its frames kept is finished within this test

    @pytest.mark.parametrize("stop", [KeyboardInterrupt(), SystemExit(3)])
    def test_after_a_stop_the_folder_is_removed_too(self, nemo: Import, stop: BaseException):
        with guard() as session, pytest.raises(type(stop)):
            nemo(LOADING).load(write("weights", stop))
        (report,) = session.cleanups
        assert report.status is CleanupStatus.REMOVED

    @pytest.mark.parametrize("locked", [0, FOREVER])
    def test_an_oserror_of_nemos_own_is_not_taken_for_one_of_the_cleanup(
        self, nemo: Import, locks: Locks, locked: int
    ):
        locks.names["weights"] = locked
        own = PermissionError(13, "in use", "somewhere else")
        with guard(SHORT), pytest.raises(PermissionError) as raised:
            nemo(LOADING).load(write("weights", own))
        assert raised.value is own

    @pytest.mark.parametrize("locked", [0, FOREVER])
    def test_what_led_to_nemos_own_error_stays_with_it(
        self, nemo: Import, locks: Locks, locked: int
    ):
        locks.names["weights"] = locked
        before, own = KeyError("target"), ValueError("bad config")

        def work(folder: str) -> None:
            try:
                write("weights", before)(folder)
            except KeyError:
                raise own  # noqa: B904 - an implicit context is the subject

        with guard(SHORT), pytest.raises(ValueError, match="bad config"):
            nemo(LOADING).load(work)
        assert own.__context__ is before
        assert own.__cause__ is None

    def test_a_folder_that_is_gone_already_is_fine(self, nemo: Import):
        with guard() as session:
            assert nemo(LOADING).load(os.rmdir) is None
        assert session.cleanups[0].status is CleanupStatus.ALREADY_GONE

    def test_a_generator_that_is_closed_early_cleans_up(self, nemo: Import):
        with guard() as session:
            results = nemo(TRANSCRIBING).transcribe_generator(write("manifest.json", "text"))
            assert next(results) == "text"
            results.close()
        assert session.cleanups[0].gone

    @pytest.mark.wine_differs("it gives the time of the last change for that of creation")
    def test_what_is_left_goes_when_the_lock_has_gone(self, nemo: Import, locks: Locks):
        locks.names["weights"] = FOREVER
        with guard(SHORT) as session:
            nemo(LOADING).load(write("weights"))
        locks.names.clear()
        assert sweep().removed == (session.cleanups[0].path,)

    def test_a_running_process_protects_its_folder_from_a_sweep(self, nemo: Import):
        def work(folder: str) -> bool:
            sweep()
            return os.path.exists(folder)

        with guard():
            assert nemo(LOADING).load(work) is True

    def test_nothing_is_recorded_when_all_went_well(self, nemo: Import, ledger: Ledger):
        with guard():
            nemo(LOADING).load(write("weights"))
        assert ledger.entries() == []

    def test_a_ledger_that_fails_takes_nothing_down(
        self, nemo: Import, monkeypatch: pytest.MonkeyPatch
    ):
        def broken(self: Ledger, *arguments: object) -> None:
            raise RuntimeError

        monkeypatch.setattr(Ledger, "claim", broken)
        monkeypatch.setattr(Ledger, "entries", broken)
        with guard() as session:
            assert nemo(LOADING).load(write("weights")) == "result"
        assert session.cleanups[0].gone


@pytest.mark.skipif(sys.platform != "linux", reason="the stand-in for a lock reads /proc")
class TestOurOwnHandles:
    def test_a_suspended_reader_is_closed_and_the_true_error_comes_out(
        self, nemo: Import, locks: Locks
    ):
        with guard() as session, pytest.raises(MemoryError):
            nemo(TRANSCRIBING).transcribe(fail_with_open_manifest)
        (report,) = session.cleanups
        assert locks.tried
        assert report.status is CleanupStatus.REMOVED
        assert not os.path.exists(report.path)

    def test_it_is_found_however_slow_the_machine_is(
        self, nemo: Import, locks: Locks, monkeypatch: pytest.MonkeyPatch
    ):
        hours = itertools.count(step=3600.0)
        monkeypatch.setattr("winasr_doctor.locks.holders.objects.monotonic", lambda: next(hours))
        monkeypatch.setattr("winasr_doctor.locks.holders.reachable.monotonic", lambda: next(hours))

        def work(folder: str) -> None:
            manifest = Path(folder, "manifest.json")
            manifest.write_text("one\ntwo\n")
            dataloader = [[{}] for _ in range(1000)]  # the search takes a while
            dataloader.append([[[Suspended(str(manifest))]]])
            raise MemoryError(len(dataloader))

        with guard() as session, pytest.raises(MemoryError):
            nemo(TRANSCRIBING).transcribe(work)
        assert session.cleanups[0].status is CleanupStatus.REMOVED

    def test_no_time_is_lost_waiting(self, nemo: Import, locks: Locks):
        delays = []
        note = guard(on_attempt=lambda attempt: delays.append(attempt.next_delay))
        with note, pytest.raises(MemoryError):
            nemo(TRANSCRIBING).transcribe(fail_with_open_manifest)
        assert delays == [0.0, None]

    def test_a_file_of_ours_that_nobody_can_find_is_not_waited_for(
        self, nemo: Import, locks: Locks
    ):
        handles = []

        def work(folder: str) -> str:
            path = os.path.join(folder, "manifest.json")
            handles.append(os.open(path, os.O_RDWR | os.O_CREAT))
            return "text"

        with guard() as session:
            assert nemo(TRANSCRIBING).transcribe(work) == ["text"]
        (report,) = session.cleanups
        assert not any(attempt.next_delay for attempt in report.attempts)
        assert report.holding is not None
        assert report.holding.by_ourselves
        os.close(handles.pop())
        assert sweep().removed == (report.path,)

    def test_a_file_that_the_block_itself_holds_is_closed(self, locks: Locks):
        with guard(SHORT) as session, guarded_for(Phase.TRANSCRIBING)() as folder:
            file = Path(folder, "manifest.json").open("w")  # noqa: SIM115 - left open
        assert file.closed
        assert session.cleanups[0].status is CleanupStatus.REMOVED

    def test_files_outside_the_folder_stay_open(self, nemo: Import, locks: Locks, tmp_path: Path):
        other = tmp_path / "other.json"
        other.write_text("one\ntwo\n")
        mine = Suspended(str(other))

        def work(folder: str) -> None:
            beside = mine
            fail_with_open_manifest(folder)
            assert beside

        with guard(), pytest.raises(MemoryError):
            nemo(TRANSCRIBING).transcribe(work)
        assert next(mine._lines) == "two\n"

    def test_a_current_directory_in_the_folder_is_left(self, nemo: Import, locks: Locks):
        del locks
        home = os.getcwd()

        def work(folder: str) -> str:
            os.chdir(folder)
            return "model"

        windows_rmdir = _refuse_the_current_directory(os.rmdir)
        with pytest.MonkeyPatch.context() as patch, guard() as session:
            patch.setattr("os.rmdir", windows_rmdir)
            try:
                assert nemo(LOADING).load(work) == "model"
                assert os.getcwd() == home
            finally:
                os.chdir(home)
        assert session.cleanups[0].gone


def _refuse_the_current_directory(rmdir):
    def windows_rmdir(path: str, **options: object) -> None:
        if os.path.realpath(path) == os.path.realpath(os.getcwd()):
            error = PermissionError(13, "in use", path)
            error.winerror = 32  # type: ignore[attr-defined]
            raise error
        rmdir(path)

    return windows_rmdir


class TestRestoring:
    def test_everything_is_as_before_after_the_block(self, nemo: Import):
        loading, model = nemo(LOADING), nemo(MODEL)
        before = loading.tempfile, vars(model.ModelPT)["restore_from"], list(sys.meta_path)
        with guard():
            assert loading.tempfile is not before[0]
        assert (
            loading.tempfile,
            vars(model.ModelPT)["restore_from"],
            list(sys.meta_path),
        ) == before

    def test_the_tempfile_module_itself_is_never_touched(self, nemo: Import):
        before = dict(vars(tempfile))
        with guard():
            nemo(LOADING).load(write("weights"))
            assert vars(tempfile) == before
            with tempfile.TemporaryDirectory() as folder:
                assert type(folder) is str
        assert vars(tempfile) == before

    def test_the_rest_of_tempfile_is_there_for_nemo(self, nemo: Import):
        with guard():
            seen = nemo(LOADING).tempfile
            assert seen.gettempdir is tempfile.gettempdir
            assert set(dir(tempfile)) == set(dir(seen))

    def test_blocks_may_be_nested(self, nemo: Import):
        loading = nemo(LOADING)
        with guard() as outer:
            with guard() as inner:
                loading.load(write("weights"))
            assert loading.tempfile is not tempfile
            loading.load(write("weights"))
        assert loading.tempfile is tempfile
        assert (len(inner.cleanups), len(outer.cleanups)) == (1, 2)

    def test_an_inner_block_takes_over_the_policy(self):
        with guard(SHORT) as outer, guard() as inner:
            assert inner.policy is outer.policy

    def test_a_block_that_fails_restores_too(self, nemo: Import):
        loading = nemo(LOADING)
        with pytest.raises(ZeroDivisionError), guard():
            raise ZeroDivisionError
        assert loading.tempfile is tempfile

    def test_somebody_elses_patch_is_left_in_place(self, nemo: Import):
        loading = nemo(LOADING)
        theirs = object()
        with guard():
            loading.tempfile = theirs
        assert loading.tempfile is theirs

    def test_blocks_of_many_threads_do_not_disturb_each_other(self, nemo: Import):
        loading = nemo(LOADING)
        together = threading.Barrier(8)
        counts: list[int] = []

        def one() -> None:
            together.wait()
            for _ in range(20):
                with guard() as session:
                    loading.load(write("weights"))
                counts.append(len(session.cleanups))

        threads = [threading.Thread(target=one) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert counts == [1] * 160
        assert loading.tempfile is tempfile

    def test_a_block_in_a_generator_may_end_in_another_context(self, nemo: Import):
        def handler():
            with guard() as session:
                yield session

        running = handler()
        session = contextvars.Context().run(next, running)
        nemo(LOADING).load(write("weights"))
        contextvars.Context().run(lambda: next(running, None))
        assert nemo(LOADING).tempfile is tempfile
        assert len(session.cleanups) == 1


def test_messages_name_every_framework_that_is_guarded():
    assert " or ".join(framework.name for framework in GUARDED) == NAMES
