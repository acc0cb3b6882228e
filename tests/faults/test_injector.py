from __future__ import annotations

import _thread
import gc
import os
import shutil
import sys
import tempfile
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest

from winasr_doctor._util import clock
from winasr_doctor.faults import Fault, Plan, PlanError, VirtualClock, inject


def failures(path, calls):
    """Call `os.stat` so many times; return the codes it failed with, 0 for none."""
    codes = []
    for _ in range(calls):
        try:
            os.stat(path)
        except OSError as error:
            codes.append(error.winerror)
        else:
            codes.append(0)
    return codes


@pytest.mark.parametrize(
    ("plan", "codes"),
    [
        ("stat:32", [32, 0, 0, 0]),
        ("stat:32*2", [32, 32, 0, 0]),
        ("stat:32*inf", [32, 32, 32, 32]),
        ("stat:32#3", [0, 0, 32, 0]),
        ("stat:32#3*inf", [0, 0, 32, 32]),
        ("stat:32*2; stat:5", [32, 32, 5, 0]),
        ("stat:32; stat:5#2*inf", [32, 5, 5, 5]),
        ("rmdir:32", [0, 0, 0, 0]),
        ("stat:32*inf@other", [0, 0, 0, 0]),
    ],
)
def test_a_plan_says_which_calls_fail(tmp_path, plan, codes):
    with inject(plan):
        assert failures(tmp_path, 4) == codes


def test_a_lock_lasts_so_many_seconds_from_its_first_failure(tmp_path):
    with clock.using(VirtualClock()) as time, inject("stat:32~2"):
        time.advance(100)
        assert failures(tmp_path, 2) == [32, 32]
        time.advance(1.9)
        assert failures(tmp_path, 1) == [32]
        time.advance(0.1)
        assert failures(tmp_path, 2) == [0, 0]


def test_a_lock_may_be_limited_by_number_and_time(tmp_path):
    with clock.using(VirtualClock()), inject("stat:32*2~9"):
        assert failures(tmp_path, 3) == [32, 32, 0]


def test_a_plan_may_be_given_as_a_value(tmp_path):
    with inject(Plan((Fault("stat", 5),))):
        assert failures(tmp_path, 2) == [5, 0]


def test_a_plan_that_cannot_be_read_changes_nothing():
    before = os.unlink
    with pytest.raises(PlanError), inject("unlink"):
        pass
    assert os.unlink is before


def test_the_inner_plan_is_asked_first_and_the_outer_one_after_it(tmp_path):
    with inject("stat:5*2") as outer, inject("stat:32") as inner:
        assert failures(tmp_path, 4) == [32, 5, 5, 0]
    assert (len(outer.injections), len(inner.injections)) == (2, 1)


def test_a_rename_matches_by_its_source_or_its_target(tmp_path):
    (tmp_path / "a").touch()
    with inject("rename:32*inf@b"), pytest.raises(PermissionError) as caught:
        os.rename(tmp_path / "a", tmp_path / "b")
    assert caught.value.filename == str(tmp_path / "a")
    assert caught.value.filename2 == str(tmp_path / "b")


def test_an_injection_is_recorded_with_its_place_and_time(tmp_path):
    with clock.using(VirtualClock(start=7)), inject("stat:32#2") as faults:
        failures(tmp_path, 2)
    (injection,) = faults.injections
    assert injection.fault == Fault("stat", 32, start=2)
    assert (injection.operation, injection.path, injection.call) == ("stat", str(tmp_path), 2)
    assert (injection.time, injection.thread) == (7, threading.current_thread().name)
    assert [line.function for line in injection.stack][:2] == [
        "failures",
        "test_an_injection_is_recorded_with_its_place_and_time",
    ]
    assert injection.stack[0].file == __file__
    assert str(injection).startswith(f"stat {str(tmp_path)!r}: WinError 32, call 2 at 7.000 s")


def test_a_record_names_the_line_outside_the_standard_library(tmp_path):
    with inject("scandir:32") as faults:
        shutil.rmtree(tmp_path, ignore_errors=True)
    assert f"{__file__}:" in str(faults.injections[0])


class Witness:
    """Something that a frame of a failed call refers to."""


def fail_with_a_witness(path, seen):
    witness = Witness()
    seen.append(weakref.ref(witness))
    os.stat(path)


def test_a_record_keeps_no_frame_of_the_failed_call_alive(tmp_path):
    seen = []
    with inject("stat:32") as faults:
        with pytest.raises(PermissionError):
            fail_with_a_witness(tmp_path, seen)
        gc.collect()
        assert len(faults.injections) == 1
        assert seen[0]() is None


def test_faults_that_never_fired_are_known(tmp_path):
    with inject("stat:32; unlink:5") as faults:
        assert len(faults.unused) == 2
        failures(tmp_path, 1)
    assert faults.unused == (Fault("unlink", 5),)


def test_threads_share_one_count(tmp_path):
    with inject("stat:32*500") as faults, ThreadPoolExecutor(8) as pool:
        codes = [code for part in pool.map(failures, [tmp_path] * 8, [100] * 8) for code in part]
    assert sorted(codes) == [0] * 300 + [32] * 500
    assert len(faults.injections) == 500


def fail_while_handling(error, path):
    try:
        raise error
    except RuntimeError:
        os.stat(path)


def test_an_error_is_chained_to_what_was_being_handled(tmp_path):
    with inject("stat:32"), pytest.raises(PermissionError) as caught:
        fail_while_handling(RuntimeError("out of memory"), tmp_path)
    assert isinstance(caught.value.__context__, RuntimeError)
    assert caught.value.__cause__ is None


def test_an_injected_error_itself_is_chained_to_nothing(tmp_path):
    with inject("stat:32"), pytest.raises(PermissionError) as caught:
        os.stat(tmp_path)
    assert caught.value.__context__ is None


def test_tempfile_can_always_choose_a_name(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    everything = "; ".join(
        f"{name}:5*inf" for name in ("unlink", "rmdir", "stat", "lstat", "open", "scandir")
    )
    with inject(everything):
        assert tempfile.gettempdir() == str(tmp_path)
        descriptor, _ = tempfile.mkstemp()
        os.close(descriptor)
        tempfile.mkdtemp()
        with tempfile.NamedTemporaryFile():
            pass


def test_asking_whether_a_name_is_free_is_not_a_call():
    with inject("lstat:5*inf") as faults:
        tempfile.mktemp()  # noqa: S306
    assert faults.injections == []


def test_open_fails_with_errno_alone(tmp_path):
    (tmp_path / "model.nemo").touch()
    with inject("open:32"), pytest.raises(PermissionError) as caught:
        open(tmp_path / "model.nemo")  # noqa: SIM115
    assert (caught.value.errno, caught.value.winerror) == (13, None)
    assert str(caught.value).startswith("[Errno 13] Permission denied: ")


def test_a_function_started_as_a_thread_of_its_own_can_fail(tmp_path, monkeypatch):
    raised = threading.Event()
    monkeypatch.setattr(sys, "unraisablehook", lambda _: raised.set())
    with inject("rmdir:32*inf") as faults:
        _thread.start_new_thread(os.rmdir, (str(tmp_path),))
        assert raised.wait(60)
    assert len(faults.injections) == 1
