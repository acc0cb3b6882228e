from __future__ import annotations

import inspect
import json
import sys
import tempfile
from importlib import metadata

import pytest
from survival import printing
from survival.contestants import CONTESTANTS, os_helper_of_windows
from survival.plot import points
from survival.schedules import FOREVER, Holder, How, Length, Lock, Schedule, drawn
from survival.table import COLUMNS, Result, kind_losses, losses
from survival.timeline import Timeline
from survival.trial import Outcome

OURS = ("winasr_doctor.rmtree", "winasr_doctor.guard")
QUICK = 300
MASKS_32 = sys.version_info < (3, 11, 8) or (3, 12) <= sys.version_info < (3, 12, 1)
"""CPython gh-87319: a `TemporaryDirectory` with a locked file raises NotADirectoryError."""
RECURSES = "repeated" not in inspect.signature(tempfile.TemporaryDirectory._rmtree).parameters
"""A `TemporaryDirectory` that is locked itself is tried again until the stack is full."""


def outcomes_of(table, name):
    """Return a contestant's outcomes; say so where its package is not installed."""
    row = table["results"][name]
    if not row["outcomes"]:
        assert row["version"] is None
        assert any(name in line and "not installed" in line for line in table["text"].splitlines())
        pytest.skip(f"{name} is not installed here; the table says so")
    assert len(row["outcomes"]) == QUICK
    return row["outcomes"]


def outcome(schedule, *, right=True, at_once=True, seconds=0.0):
    return Outcome(schedule, right, "", at_once, True, seconds, False, 0, 1)


def one_lock(length, holder=Holder.OTHER, how=How.FILE):
    lock = Lock(holder, how, "manifest.json", 0.0, length)
    return Schedule(0, (lock,), fails=False, links=False, comes_back=True)


@pytest.mark.parametrize("name", OURS)
def test_ours_keeps_every_result_and_every_real_error(quick_table, name):
    assert all(one["right"] for one in outcomes_of(quick_table, name))


@pytest.mark.parametrize("name", OURS)
def test_ours_leaves_nothing_in_the_end(quick_table, name):
    assert all(one["gone_later"] for one in outcomes_of(quick_table, name))


@pytest.mark.parametrize("name", OURS)
def test_ours_never_takes_longer_than_its_budget(quick_table, name):
    assert max(one["seconds"] for one in outcomes_of(quick_table, name)) <= 3.0 + 1e-6


@pytest.mark.parametrize("name", [one.name for one in CONTESTANTS])
def test_nobody_touches_a_file_outside_under_the_rules_of_windows(quick_table, name):
    assert not any(one["outside_touched"] for one in outcomes_of(quick_table, name))


def test_the_guard_does_not_wait_for_what_the_frame_of_the_load_holds(quick_table):
    alone = {
        seed
        for seed in range(QUICK)
        if {lock.holder for lock in drawn(seed).locks} == {Holder.OWN_FRAME}
    }
    those = [one for one in outcomes_of(quick_table, "winasr_doctor.guard") if one["seed"] in alone]
    assert len(those) > 10
    assert all(one["seconds"] == 0 and one["gone_at_once"] for one in those)


def test_every_schedule_without_a_lock_leaves_every_contestant_a_result(quick_table):
    free = {seed for seed in range(QUICK) if not drawn(seed).locks}
    assert free
    for row in quick_table["results"].values():
        assert all(one["right"] for one in row["outcomes"] if one["seed"] in free)


def test_a_temporary_directory_loses_results_and_hides_errors(quick_table):
    right = [one["right"] for one in outcomes_of(quick_table, "TemporaryDirectory")]
    assert sum(right) < 0.5 * QUICK


def test_pip_waits_for_three_seconds_in_virtual_time(quick_table):
    outcomes = outcomes_of(quick_table, "pip rmtree")
    longest = max(one["seconds"] for one in outcomes)
    assert longest in {3.0, 3.5}  # older ones stop at 3 s, newer ones only after that
    assert any(0 < one["seconds"] < 3 and one["gone_at_once"] for one in outcomes)


def test_tenacity_waits_exponentially_in_virtual_time(quick_table):
    waits = {round(one["seconds"], 6) for one in outcomes_of(quick_table, "tenacity")}
    assert waits == {0, 1, 3, 7, 15}


def test_the_pasted_loop_loads_up_to_three_times(quick_table):
    outcomes = outcomes_of(quick_table, "pasted loop")
    loads = {one["loads"] for one in outcomes}
    if MASKS_32:  # as NotADirectoryError, which the loop does not catch
        assert loads == {1}
        return
    assert loads == {1, 2, 3}
    assert max(one["seconds"] for one in outcomes) == pytest.approx(2 * 5.0 + 0.2 + 0.4)


def test_pytest_removes_its_numbered_folders_later(quick_table):
    outcomes = outcomes_of(quick_table, "pytest rm_rf")
    assert not all(one["gone_at_once"] for one in outcomes)
    assert all(one["gone_later"] for one in outcomes)


@pytest.mark.parametrize(
    "name", ["SoftTemporaryDirectory", "TemporaryDirectory, ignore_cleanup_errors"]
)
def test_those_that_ignore_errors_keep_results_and_leave_folders(quick_table, name):
    outcomes = outcomes_of(quick_table, name)
    wrong = {one["caught"] for one in outcomes if not one["right"]}
    assert wrong <= ({"RecursionError"} if RECURSES and "ignore" in name else set())
    assert not all(one["gone_later"] for one in outcomes)


def test_the_helpers_of_pythons_own_tests_take_the_branch_for_windows():
    pytest.importorskip("test.support.os_helper", reason="Python came without its tests")
    assert hasattr(os_helper_of_windows(), "_waitfor")


def test_the_same_seed_gives_the_same_table(table):
    options = ("--schedules", "25", "--seed", "7", "--only", "winasr", "--only", "Temporary")
    first, second = (json.loads(table(*options, "--json").stdout) for _ in range(2))
    assert first == second
    assert first["results"]["winasr_doctor.guard"]["outcomes"]


def test_the_text_and_the_markdown_have_a_row_for_every_contestant(quick_table):
    for contestant in CONTESTANTS:
        assert f"\n{contestant.name} " in quick_table["text"]
        assert f"\n| {contestant.name} |" in quick_table["markdown"]


def test_a_table_of_one_contestant_can_be_written_to_a_file(table, tmp_path):
    file = tmp_path / "table.md"
    finished = table("--schedules", "5", "--only", "guard", "--markdown", str(file))
    assert finished.returncode == 0, finished.stderr
    assert "| winasr_doctor.guard |" in file.read_text(encoding="utf-8")
    assert "shutil" not in finished.stdout


def test_an_unknown_name_is_bad_usage(table):
    assert table("--only", "nobody").returncode == 2


def test_a_plot_is_drawn_where_matplotlib_is(table, tmp_path):
    file = tmp_path / "plot.svg"
    finished = table("--schedules", "60", "--only", "guard", "--plot", str(file))
    try:
        metadata.version("matplotlib")
    except metadata.PackageNotFoundError:
        assert finished.returncode == 2
        assert "matplotlib" in finished.stderr
    else:
        assert "<svg" in file.read_text(encoding="utf-8")


def test_what_is_not_installed_has_a_row_that_says_so():
    rows = printing.main_rows([Result(CONTESTANTS[0], ())])
    assert rows[1][:2] == [CONTESTANTS[0].name, "not installed"]


def test_the_schedules_have_every_kind_of_lock():
    locks = [lock for seed in range(QUICK) for lock in drawn(seed).locks]
    assert {lock.holder for lock in locks} == set(Holder)
    assert {lock.how for lock in locks} == set(How)
    assert {drawn(seed).length for seed in range(QUICK)} == set(Length)


def test_schedules_for_real_time_need_no_emulation():
    locks = [lock for seed in range(QUICK) for lock in drawn(seed, real=True).locks]
    assert all(lock.code == 32 and lock.start == 0 for lock in locks)
    assert all(lock.length <= 4 or lock.length == FOREVER for lock in locks)


def test_what_is_due_happens_while_somebody_sleeps():
    time, seen = Timeline(), []
    time.at(2.0, lambda: seen.append(time.monotonic()))
    time.sleep(1.0)
    assert seen == []
    time.sleep(5.0)
    assert seen == [2.0]
    assert time.monotonic() == 6.0


def test_a_column_that_another_contestant_wins_is_named():
    ours = Result(CONTESTANTS[-1], [outcome(one_lock(FOREVER), seconds=3.0)])
    other = Result(CONTESTANTS[0], [outcome(one_lock(FOREVER), right=False, at_once=False)])
    lost = {loss.column.title: loss for loss in losses([other, ours])}
    assert set(lost) == {"median", "worst", "wasted wait"}
    assert lost["worst"].by == (CONTESTANTS[0].name,)
    assert kind_losses([other, ours]) == []


def test_a_kind_of_lock_that_another_contestant_outlives_is_named():
    schedule = one_lock(10.0, how=How.MAPPED)
    ours = Result(CONTESTANTS[-1], [outcome(schedule, at_once=False)])
    other = Result(CONTESTANTS[0], [outcome(schedule)])
    assert "mapped file" in {loss.kind for loss in kind_losses([other, ours])}
    assert any("mapped file (100 %" in line for line in printing.loss_lines([other, ours]))


def test_less_than_all_is_not_written_as_100_percent():
    assert printing.number(99.99, "%") == "99.9"
    assert printing.number(100.0, "%") == "100"


def test_every_column_that_can_be_lost_has_a_reason():
    can_be_lost = {"gone at once", "gone in the end", "median", "worst", "wasted wait"}
    assert {column.title for column in COLUMNS if column.why_not} == can_be_lost


def test_a_point_of_the_plot_stands_for_several_schedules_whose_locks_end():
    those = [outcome(one_lock(0.1), right=index > 0) for index in range(4)]
    endless = [outcome(one_lock(FOREVER), right=False) for _ in range(9)]
    ((seconds, percent),) = points([*those, *endless], "right")
    assert 0.05 < seconds < 0.2
    assert percent == 75.0
