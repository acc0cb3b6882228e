from __future__ import annotations

import os
import shutil
import sqlite3
import time

import pytest

from winasr_doctor._util import clock
from winasr_doctor.faults import FOREVER, FaultSweep, Shard, SweepFailure


@pytest.fixture
def tree(tmp_path):
    """Return a function that makes a folder with a file, and a folder with another one."""

    def make():
        root = tmp_path / "tree"
        shutil.rmtree(root, ignore_errors=True)
        (root / "sub").mkdir(parents=True)
        (root / "a").touch()
        (root / "sub" / "b").touch()
        return root

    return make


def patient(root):
    """Remove a tree through any number of passing errors, waiting between the attempts."""
    for _ in range(20):
        try:
            return shutil.rmtree(root)
        except FileNotFoundError:
            return None
        except OSError:
            clock.current().sleep(1)
    return None


def gone(run):
    assert not run.state.exists()


def test_every_point_fails_once_and_for_ever(tree):
    report = FaultSweep()(shutil.rmtree, setup=tree)
    assert report.points == {
        "scandir:32*1": 2,
        "scandir:32*inf": 2,
        "unlink:32*1": 2,
        "unlink:32*inf": 2,
        "rmdir:32*1": 2,
        "rmdir:32*inf": 2,
    }
    # One run without faults, one per point, and one per kind in which nothing is left to fail.
    assert report.runs == 1 + 12 + 6


def test_an_action_that_survives_single_faults_passes(tree):
    FaultSweep()(patient, setup=tree, times=(1, 5), invariants=[gone], codes=(5, 32, 145))


def test_each_case_is_run_with_its_fault(tree):
    cases = []
    FaultSweep()(
        shutil.rmtree,
        setup=tree,
        operations=["unlink"],
        invariants=[lambda run: cases.append((str(run.case), run.fired))],
    )
    assert cases == [
        ("None", False),
        ("unlink:32*1", True),
        ("unlink:32#2*1", True),
        ("unlink:32#3*1", False),
        ("unlink:32*inf", True),
        ("unlink:32#2*inf", True),
        ("unlink:32#3*inf", False),
    ]


def test_two_sweeps_are_the_same(tree):
    def cases():
        seen = []
        FaultSweep()(
            patient, setup=tree, times=(3,), invariants=[lambda run: seen.append(str(run))]
        )
        return [text.partition("clock")[0] for text in seen]

    assert cases() == cases()


def test_an_invariant_that_does_not_hold_names_its_case(tree):
    with pytest.raises(SweepFailure, match="gone does not hold") as caught:
        FaultSweep()(shutil.rmtree, setup=tree, invariants=[gone])
    assert caught.value.case == "scandir:32*1"
    assert "--winfault-case='scandir:32*1'" in str(caught.value)
    assert isinstance(caught.value.__cause__, AssertionError)


def test_an_action_may_not_turn_a_fault_into_another_error(tree):
    def hides(root):
        try:
            shutil.rmtree(root)
        except OSError:
            raise KeyError("tree") from None

    with pytest.raises(SweepFailure, match="^with scandir:32.*: the action raised KeyError"):
        FaultSweep()(hides, setup=tree)
    FaultSweep()(hides, setup=tree, allowed=(KeyError,))


def test_an_action_may_not_fail_by_itself(tree):
    def fails(root):
        raise OSError

    with pytest.raises(SweepFailure, match="^without any fault: the action raised") as caught:
        FaultSweep()(fails, setup=tree)
    assert caught.value.case == ""


def test_an_action_without_such_operations_is_not_tested(tree):
    with pytest.raises(SweepFailure, match="the action never calls"):
        FaultSweep()(os.listdir, setup=tree)


def test_an_action_without_end_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr("winasr_doctor.faults.sweep.MOST_POINTS", 50)

    def again_and_again():
        while True:
            try:
                return os.rmdir(tmp_path / "missing")
            except FileNotFoundError:
                return None
            except PermissionError:
                continue

    calls = iter(range(10**6))

    def more_each_time():
        for _ in range(next(calls)):
            again_and_again()

    with pytest.raises(SweepFailure, match="no end: point 50 still fires"):
        FaultSweep()(more_each_time, operations=["rmdir"], times=(1,))


def test_one_case_can_be_run_alone(tree):
    seen = []
    sweep = FaultSweep(only="unlink:32#2*inf")
    report = sweep(shutil.rmtree, setup=tree, invariants=[seen.append])
    assert report.runs == 1
    assert [str(run.case) for run in seen] == ["unlink:32#2*inf"]
    assert seen[0].error.winerror == 32


def test_a_case_without_a_number_of_times_happens_once(tree):
    seen = []
    FaultSweep(only="unlink:32#2")(patient, setup=tree, invariants=[gone, seen.append])
    assert len(seen[0].injections) == 1


def test_a_sweep_can_be_resumed(tree):
    cases = []
    FaultSweep(start="unlink:32#2*inf")(
        shutil.rmtree, setup=tree, invariants=[lambda run: cases.append(str(run.case))]
    )
    assert cases == [
        "None",
        "unlink:32#2*inf",
        "unlink:32#3*inf",
        "rmdir:32*1",
        "rmdir:32#2*1",
        "rmdir:32#3*1",
        "rmdir:32*inf",
        "rmdir:32#2*inf",
        "rmdir:32#3*inf",
    ]


def test_a_case_to_resume_from_without_a_number_of_times_happens_once(tree):
    cases = []
    FaultSweep(start="rmdir:32#2")(
        shutil.rmtree,
        setup=tree,
        times=(1,),
        invariants=[lambda run: cases.append(str(run.case))],
    )
    assert cases == ["None", "rmdir:32#2*1", "rmdir:32#3*1"]


@pytest.mark.parametrize("part", [{"only": "unlink:32#9*1"}, {"start": "unlink:32#9*1"}])
def test_a_case_that_never_fires_fails(tree, part):
    with pytest.raises(SweepFailure, match="the fault never fires"):
        FaultSweep(**part)(shutil.rmtree, setup=tree)


def fragile(path):
    """Turn every refused deletion into another error."""
    try:
        shutil.rmtree(path)
    except OSError:
        raise KeyError(path) from None


def test_a_failure_says_which_call_failed_on_which_path_and_from_where(tree):
    with pytest.raises(SweepFailure) as caught:
        FaultSweep()(fragile, setup=tree, operations=["rmdir"])
    text = str(caught.value)
    assert "failed: rmdir '" in text
    assert "WinError 32, call 1" in text
    assert f"{__file__}:" in text
    assert "in fragile" in text


def test_all_bad_points_are_listed_if_asked(tree):
    with pytest.raises(SweepFailure) as caught:
        FaultSweep(keep_going=True)(fragile, setup=tree, operations=["unlink", "rmdir"], times=(1,))
    text = str(caught.value)
    for case in ("unlink:32*1", "unlink:32#2*1", "rmdir:32*1", "rmdir:32#2*1"):
        assert f"with {case}: " in text
    assert "runs failed" in text
    assert caught.value.case == "unlink:32*1"


def test_to_keep_going_is_no_failure_by_itself(tree):
    sweep = FaultSweep(keep_going=True)
    assert sweep(patient, setup=tree, times=(1,), invariants=[gone]).runs > 1


def test_an_unknown_operation_gets_one_sentence():
    with pytest.raises(
        ValueError, match="'rmdri' is not an operation; use one of rmtree, unlink"
    ) as caught:
        FaultSweep()(print, operations=["rmdri"])
    assert "\n" not in str(caught.value)


def test_remove_is_another_name_of_unlink(tree):
    report = FaultSweep()(patient, setup=tree, operations=["remove"], times=(1,))
    assert report.points["unlink:32*1"] > 0


def test_a_case_of_another_sweep_cannot_be_resumed(tree):
    with pytest.raises(ValueError, match="is not a case of this sweep"):
        FaultSweep(start="chmod:5*1")(shutil.rmtree, setup=tree)


def test_several_faults_are_no_case():
    with pytest.raises(ValueError, match="a case is one fault, not 2"):
        FaultSweep(only="unlink:32; rmdir:32")


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_the_shards_together_are_the_sweep(tree, count):
    def cases(shard):
        seen = []
        FaultSweep(shard=shard)(
            shutil.rmtree,
            setup=tree,
            invariants=[lambda run: seen.append(str(run.case)) if run.fired else None],
        )
        return seen

    parts = [cases(Shard(number, count)) for number in range(1, count + 1)]
    assert sorted(case for part in parts for case in part) == sorted(cases(None))


@pytest.mark.parametrize(("number", "count"), [(0, 1), (3, 2)])
def test_there_is_no_such_shard(number, count):
    with pytest.raises(ValueError, match="there is no shard"):
        Shard(number, count)


@pytest.mark.parametrize(
    ("number", "count", "start", "first"), [(1, 1, 1, 1), (2, 3, 1, 2), (2, 3, 2, 2), (2, 3, 3, 5)]
)
def test_a_shard_resumes_at_its_own_next_point(number, count, start, first):
    assert Shard(number, count).first(start) == first


def test_every_run_has_a_virtual_clock_of_its_own(tree):
    times = []
    FaultSweep()(
        patient,
        setup=tree,
        operations=["unlink"],
        times=(2, FOREVER),
        invariants=[lambda run: times.append(run.clock.monotonic())],
    )
    assert times == [0, 2, 2, 0, 20, 20, 0]


def test_code_that_waits_by_the_time_module_takes_no_time_either(tree):
    def impatient(root):
        deadline = time.monotonic() + 60
        while root.exists() and time.monotonic() < deadline:
            time.sleep(1)
            shutil.rmtree(root, ignore_errors=True)

    waited = []
    FaultSweep()(
        impatient,
        setup=tree,
        operations=["rmdir"],
        times=(FOREVER,),
        invariants=[lambda run: waited.append(run.clock.monotonic())],
        replace_time=True,
    )
    assert waited == [1, 60, 60, 1]


def test_faults_can_be_confined_to_some_paths(tree):
    report = FaultSweep()(patient, setup=tree, operations=["unlink"], times=(1,), glob="b")
    assert report.points == {"unlink:32*1@b": 1}


def test_an_action_may_do_without_a_state(tmp_path):
    def action():
        (tmp_path / "a").touch()
        os.unlink(tmp_path / "a")

    assert FaultSweep()(action, operations=["unlink"]).points == {
        "unlink:32*1": 1,
        "unlink:32*inf": 1,
    }


@pytest.mark.parametrize("given", [{"operations": "unlink"}, {"codes": 32}, {"invariants": gone}])
def test_what_must_be_a_list_is_told_in_one_sentence(tree, given):
    with pytest.raises(TypeError, match="must be a list, not"):
        FaultSweep()(shutil.rmtree, setup=tree, **given)


def test_a_failure_repeats_the_beginning_of_what_the_action_said(tree):
    def action(root):
        raise KeyError("x" * 10_000)

    with pytest.raises(SweepFailure, match="raised KeyError: 'xxxx") as caught:
        FaultSweep()(action, setup=tree)
    assert len(str(caught.value)) < 1_000


def test_a_database_may_report_a_fault_in_its_own_words(tmp_path):
    def save(allowed):
        FaultSweep()(
            lambda: sqlite3.connect(tmp_path / "a.sqlite").close(),
            operations=["connect"],
            allowed=allowed,
        )

    save(None)
    with pytest.raises(SweepFailure, match="the action raised OperationalError: unable to open"):
        save((OSError,))
