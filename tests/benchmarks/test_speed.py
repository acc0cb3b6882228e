"""The speed table: what it prints, and that it turns red when something becomes slow."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("resource", reason="the speed table needs wait4, which Windows has not")
pytest.importorskip("pyperf", reason="the extra `test` brings pyperf")

import pyperf
from speed import expected, table
from speed.case import MB, Call, Case, Cost, Numbers, Promise, Python, ratio
from speed.cases import CASES
from speed.cases.deleting import make_tree
from speed.command import END, START, into
from speed.expected import Expected
from speed.machine import description, is_wheel
from speed.measuring import SIDES, Measured
from speed.worker import as_suite, measure

from winasr_doctor import __version__

ROOT = Path(__file__).parents[2]
SPEED = ROOT / "benchmarks" / "speed.py"
EXPECTED = ROOT / "benchmarks" / "expected.toml"


def a_case(name: str = "a", size: int = 1, promises: tuple[Promise, ...] = ()) -> Case:
    nothing = Call("nothing", lambda _: None)
    return Case(name, "Group", "do it", nothing, nothing, size=size, promises=promises)


def measured(case: Case, theirs: list[float], ours: list[float], memory: int = 0) -> Measured:
    """Return a case as if these CPU seconds had been measured; wall time is twice as much."""
    both = dict(zip(SIDES, (theirs, ours), strict=True))
    costs = {side: [Cost(0.1, 0.1), *(Cost(2 * s, s) for s in both[side])] for side in SIDES}
    numbers = {
        side: Numbers(tuple(2 * s for s in both[side]), tuple(both[side]), memory) for side in SIDES
    }
    return Measured(case, numbers["theirs"], numbers["ours"], as_suite(case, costs))


def speed(*options: str, path: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run the command, on the package in a folder."""
    return subprocess.run(
        [sys.executable, str(SPEED), *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(path)},
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a folder with a copy of the package."""
    ignored = shutil.ignore_patterns("__pycache__", "*.nemo", "*.wav")
    shutil.copytree(ROOT / "winasr_doctor", tmp_path / "winasr_doctor", ignore=ignored)
    return tmp_path


def test_the_check_passes_on_the_code_as_it_is(copy: Path):
    done = speed("--check", str(EXPECTED), "--only", "rmtree-1000", path=copy)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ok" in done.stdout


def test_the_check_turns_red_when_deleting_becomes_slow(copy: Path):
    passes = copy / "winasr_doctor" / "locks" / "removal_pass.py"
    slow = """
_remove = Tree.remove


def _look_first(self):
    for folder, names, files in os.walk(self.path):
        for name in files:
            os.stat(os.path.join(folder, name))
    return _remove(self)


Tree.remove = _look_first
"""
    passes.write_text(passes.read_text(encoding="utf-8") + slow, encoding="utf-8")
    done = speed("--check", str(EXPECTED), "--only", "rmtree-1000", path=copy)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "TOO SLOW (measured 3 times)" in done.stdout


def test_what_is_expected_is_measured():
    assert expected.read(EXPECTED).keys() <= CASES.keys()


def test_each_kind_of_quick_case_is_expected():
    groups = {case.group for case in CASES.values() if not case.needs}
    held = {CASES[name].group for name in expected.read(EXPECTED)}
    assert groups - held == {"rmtree: the wait after a lock's release"}  # it has no ratio


def test_an_expectation_beyond_its_own_bound_is_refused(tmp_path: Path):
    file = tmp_path / "expected.toml"
    file.write_text("[import]\nratio = 2.0\nat_most = 1.0\n")
    with pytest.raises(ValueError, match="import"):
        expected.read(file)


def test_a_case_that_is_slow_only_once_passes():
    case = a_case()
    slow, fast = measured(case, [1.0], [9.0]), measured(case, [1.0], [1.0])
    (verdict,) = expected.check(
        [case], {"a": Expected(1.0, 1.5)}, first=lambda _: slow, more=lambda _: fast
    )
    assert verdict.passed
    assert verdict.tries == 2


def test_a_case_that_stays_slow_fails():
    case = a_case()
    slow = measured(case, [1.0], [9.0])
    (verdict,) = expected.check(
        [case], {"a": Expected(1.0, 1.5)}, first=lambda _: slow, more=lambda _: slow
    )
    assert not verdict.passed
    assert verdict.tries == expected.TRIES
    assert "TOO SLOW" in str(verdict)


def test_new_measurements_replace_only_the_marked_part_of_a_page():
    page = f"# Title\n\n{START}\n\nold\n\n{END}\n\n## What it says\n"
    assert into(page, "new\n") == page.replace("old", "new")
    assert into("old\n", "new\n") == into("", "new\n") == "new\n"


def test_a_ratio_is_that_of_the_medians():
    theirs, ours = Numbers((), (1.0, 2.0, 90.0), 0), Numbers((), (0.1, 3.0, 4.0), 0)
    assert ratio(theirs, ours, "cpu") == 1.5


@pytest.mark.parametrize(
    ("promise", "kept"),
    [
        (Promise("ratio", 1.5), True),
        (Promise("ratio", 1.4), False),
        (Promise("extra", 1.0), True),
        (Promise("extra", 0.9), False),
        (Promise("seconds", 3.0), True),
        (Promise("seconds", 2.9), False),
        (Promise("p95", 6.0, "wall"), True),
        (Promise("p95", 5.9, "wall"), False),
        (Promise("rate", 10.0), True),
        (Promise("rate", 10.1), False),
        (Promise("memory", 60 * MB), True),
        (Promise("memory", 59 * MB), False),
    ],
)
def test_a_promise_is_kept_or_broken(promise: Promise, kept: bool):
    each = measured(a_case(size=30, promises=(promise,)), [2.0, 2.0], [3.0, 3.0], 60 * MB)
    assert table.broken([each]) == ([] if kept else ["a"])
    assert ("BROKEN" in table.row(each)) is not kept


def test_the_row_has_both_sides_with_their_ranges():
    line = table.row(measured(a_case(), [0.001, 0.002, 0.003], [0.004, 0.005, 0.009]))
    assert "2.00 ms (1.00 to 3.00) / 5.00 ms (4.00 to 9.00)" in line
    assert "| 2.50 |" in line


def test_the_growth_is_a_power_of_the_size():
    small = measured(a_case("a10", 10), [1.0], [1.0])
    large = measured(a_case("a100", 100), [10.0], [100.0])
    lines = "\n".join(table.table([small, large]))
    assert "From 10 to 100, CPU time grows with the power 2.00; 1.00 without us." in lines


def test_both_sides_are_measured_by_turns(tmp_path: Path):
    order: list[str] = []
    theirs, ours = (Call(side, lambda _, side=side: order.append(side)) for side in SIDES)
    found = measure(Case("a", "Group", "do it", theirs, ours), list(SIDES), 2, tmp_path)
    assert order == ["ours", "theirs", "theirs", "ours", "ours", "theirs"]
    assert {side: len(costs) for side, costs in found.items()} == {"theirs": 3, "ours": 3}


def test_the_first_run_of_each_side_does_not_count():
    suite = as_suite(a_case(), {"ours": [Cost(9.0, 9.0), Cost(1.0, 1.0), Cost(2.0, 2.0)]})
    assert suite.get_benchmark("a ours wall").get_values() == (1.0, 2.0)


@pytest.mark.parametrize("locked", [0, 1, 10, 100])
def test_as_many_files_are_locked_as_the_row_says(tmp_path: Path, locked: int):
    root = Path(make_tree(tmp_path, 1_000, locked))
    assert len([file for file in root.rglob("*file*") if file.is_file()]) == 1_000
    assert len(list(root.rglob("locked*"))) == locked


def test_a_quick_run_writes_the_table_and_what_pyperf_reads(tmp_path: Path):
    markdown, values = tmp_path / "table.md", tmp_path / "values.json"
    done = speed("--quick", "--only", "import", "--markdown", str(markdown), "--json", str(values))
    assert done.returncode == 0, done.stderr
    assert markdown.read_text(encoding="utf-8") in done.stdout
    names = pyperf.BenchmarkSuite.load(str(values)).get_benchmark_names()
    assert "import ours cpu" in names


def test_an_unknown_case_is_said():
    done = speed("--only", "nothing-like-it")
    assert done.returncode == 2
    assert "rmtree-1000" in done.stderr


def test_the_page_says_what_was_measured_and_how_long_that_took():
    lines = list(description([], 17.4 * 60))
    assert lines[0].endswith("in 17 minutes")
    assert f"winasr_doctor {__version__}, " in lines[1]
    assert ("a wheel" in lines[1]) == is_wheel()


FAMILY = """
import subprocess, sys, time
held = bytearray(40_000_000)
if sys.argv[1:]:
    time.sleep(1)
else:
    subprocess.run([sys.executable, "-c", sys.orig_argv[2], "child"])
"""


@pytest.mark.skipif(
    sys.platform != "linux", reason="other systems tell nothing of a child's memory"
)
def test_the_memory_of_a_command_is_that_of_all_its_processes_at_a_time(tmp_path):
    cost = Python("a family", ("-c", FAMILY)).run(tmp_path)
    assert 80 * MB < cost.memory < 150 * MB
