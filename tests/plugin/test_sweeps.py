"""The fixture `fault_sweep`, its options and its marker."""

from __future__ import annotations

import pytest

SWEEP = """
import shutil, pytest

CASES = []

@pytest.fixture
def tree(tmp_path):
    def make():
        shutil.rmtree(tmp_path / "tree", ignore_errors=True)
        (tmp_path / "tree").mkdir()
        (tmp_path / "tree" / "a").touch()
        (tmp_path / "tree" / "b").touch()
        return tmp_path / "tree"
    return make

{marker}
def test_it(fault_sweep, tree):
    seen = []
    def note(run):
        seen.append(str(run.case))
    try:
        fault_sweep(shutil.rmtree, setup=tree, operations=["unlink"], invariants=[note])
    finally:
        print("CASES", *seen)
"""


def cases(result):
    return [line.split()[1:] for line in result.outlines if line.startswith("CASES")]


ALL = [
    *("None", "unlink:32*1", "unlink:32#2*1", "unlink:32#3*1"),
    *("unlink:32*inf", "unlink:32#2*inf", "unlink:32#3*inf"),
]


def test_a_sweep_goes_through_every_case(run):
    result = run(SWEEP.format(marker=""), "-rP")
    result.assert_outcomes(passed=1)
    assert cases(result) == [ALL]


def test_one_case_can_be_chosen(run):
    result = run(SWEEP.format(marker=""), "-rP", "--winfault-case", "unlink:32#2*inf")
    assert cases(result) == [["unlink:32#2*inf"]]


def test_a_sweep_can_begin_at_a_case(run):
    result = run(SWEEP.format(marker=""), "-rP", "--winfault-from", "unlink:32#2*inf")
    assert cases(result) == [["None", "unlink:32#2*inf", "unlink:32#3*inf"]]


@pytest.mark.parametrize("option", ["--winfault-case", "--winfault-from"])
def test_a_wrong_case_is_an_error_at_its_column(run, option):
    result = run(SWEEP.format(marker=""), option, "unlink32")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*--winfault*", "  unlink32", "*^"])


def test_a_failure_prints_the_case_to_run_again(run):
    source = """
        import os, pytest

        def test_it(fault_sweep, tmp_path):
            def action():
                (tmp_path / "a").touch()
                try:
                    os.unlink(tmp_path / "a")
                except PermissionError:
                    raise KeyError
            fault_sweep(action, operations=["unlink"])
        """
    result = run(source)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *with unlink:32[*]1: the action raised KeyError"])
    result.stdout.fnmatch_lines(["*this run alone: --winfault-case='unlink:32[*]1'"])


def test_shards_become_tests_of_their_own(run):
    result = run(SWEEP.format(marker="@pytest.mark.winfault_shards(2)"), "-rP", "-v")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*::test_it[[]shard1of2] PASSED*"])
    first, second = cases(result)
    assert first == [
        *("None", "unlink:32*1", "unlink:32#3*1"),
        *("unlink:32*inf", "unlink:32#3*inf"),
    ]
    assert second == [
        *("None", "unlink:32#2*1", "unlink:32#4*1"),
        *("unlink:32#2*inf", "unlink:32#4*inf"),
    ]


def test_the_marker_without_the_fixture_does_nothing(run):
    source = """
        import pytest

        @pytest.mark.winfault_shards(3)
        def test_it():
            pass
        """
    run(source).assert_outcomes(passed=1)


FAILING = """
import os, pytest

def test_it(fault_sweep, tmp_path):
    def action():
        for name in "ab":
            (tmp_path / name).touch()
            os.unlink(tmp_path / name)
    def nothing_is_left(run):
        left = os.listdir(tmp_path)
        for name in left:
            os.unlink(tmp_path / name)
        assert not left, "these are left:\\n" + repr(left)
    fault_sweep(action, operations=["{operation}"], invariants=[nothing_is_left])
"""


def test_a_failure_shows_the_case_beside_what_is_wrong_and_no_frame_of_ours(run):
    result = run(FAILING.format(operation="unlink"))
    says = "E *: with unlink:32[*]1: nothing_is_left does not hold: these are left:"
    result.stdout.fnmatch_lines([says])
    result.stdout.no_fnmatch_line("*sweep.py*")


def test_a_list_of_failures_says_for_each_how_to_run_it(run):
    result = run(FAILING.format(operation="unlink"), "--winfault-keep-going")
    result.stdout.fnmatch_lines(["E *SweepFailure: 4 of 7 runs failed:"])
    text = result.stdout.str()
    assert text.count("this run alone") == 4


def test_an_unknown_operation_is_one_sentence(run):
    result = run(FAILING.format(operation="unlnk"))
    result.stdout.fnmatch_lines(["E *'unlnk' is not an operation; use one of rmtree, *"])
    result.stdout.no_fnmatch_line("*plan.py*")


@pytest.mark.parametrize("arguments", ["", "()", "(0)", "('4')", "(2, 3)", "(True)"])
def test_what_is_no_number_of_shards_is_told_in_one_sentence(run, arguments):
    result = run(SWEEP.format(marker=f"@pytest.mark.winfault_shards{arguments}"))
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*::test_it: winfault_shards takes one number, 1 or greater*"])
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")


def test_the_number_of_shards_can_be_named(run):
    result = run(SWEEP.format(marker="@pytest.mark.winfault_shards(count=2)"))
    result.assert_outcomes(passed=2)
