"""The table that tox prints at the end."""

from __future__ import annotations

import configparser
import importlib.util
import re
import sys
from pathlib import Path

import pytest

TABLE = Path(__file__).parents[1] / "tools" / "tox_table.py"


@pytest.fixture(scope="module")
def tox_table():
    spec = importlib.util.spec_from_file_location("tox_table", TABLE)
    module = importlib.util.module_from_spec(spec)
    sys.modules["tox_table"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules["tox_table"]


@pytest.fixture
def results(pytester: pytest.Pytester) -> Path:
    """Return what a real pytest writes about two passed tests and one of each other kind."""
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("number", [1, 2])
        def test_passes(number): pass

        def test_fails(): assert False

        @pytest.fixture
        def broken(): raise OSError

        def test_breaks_before_it_runs(broken): pass

        @pytest.mark.skip(reason="needs  Windows")
        def test_is_skipped(): pass

        @pytest.mark.xfail(reason="differs", strict=True)
        def test_is_known_to_fail(): assert False
        """
    )
    file = pytester.path / "results.xml"
    pytester.inline_run(f"--junit-xml={file}", "-p", "no:cacheprovider")
    return file


def test_a_results_file_is_read(tox_table, results):
    tests = tox_table.read(results)
    assert (tests.passed, tests.failed) == (2, 2)
    assert sorted(tests.skipped) == ["differs", "needs Windows"]


def test_several_results_files_count_together(tox_table, results):
    tests = tox_table.read(results, results)
    assert (tests.passed, tests.failed) == (4, 4)


def test_a_test_that_passes_at_its_second_try_is_named(tox_table, pytester):
    ours = TABLE.parents[1] / "conftest.py"
    pytester.makeconftest(ours.read_text(encoding="utf-8"))
    pytester.makepyfile(
        test_tries="""
        import pytest

        tries = []

        @pytest.fixture
        def fresh(): return []

        def test_passes_then(fresh, tmp_path):
            tries.append(tmp_path)
            fresh.append(1)
            assert len(tries) == 2 and fresh == [1] and tries[0] != tries[1]

        @pytest.fixture
        def opened():
            tries.append(1)
            assert len(tries) == 4

        def test_starts_then(opened): pass

        def test_never_passes(): assert False

        def test_passes(): pass
        """
    )
    file = pytester.path / "results.xml"
    run = pytester.inline_run(
        f"--junit-xml={file}", "-ojunit_family=xunit1", "--second-try", "-pno:cacheprovider"
    )
    run.assertoutcome(passed=3, failed=1)
    tests = tox_table.read(file)
    assert (tests.passed, tests.failed) == (3, 1)
    assert tests.unsteady == (
        "test_tries.py::test_passes_then",
        "test_tries.py::test_starts_then",
    )
    *_, heading, _first, line = tox_table.table(
        [tox_table.Environment("ui", True, 1.0, tests)], 1.0
    )
    assert heading.startswith("passed only at the second try")
    assert line == "  ui: test_tries.py::test_starts_then"


def test_no_results_file_is_no_error(tox_table):
    assert tox_table.read() is None


def test_a_line_says_what_was_tested_and_the_reasons_come_last(tox_table):
    with_skips = tox_table.Tests(7, 0, ("needs Windows", "needs Windows"))
    lines = list(
        tox_table.table(
            [
                tox_table.Environment("lint", True, 1.6, None),
                tox_table.Environment("py310", True, 100.0, with_skips),
                tox_table.Environment("py311", False, 12.0, tox_table.Tests(6, 1, ())),
            ],
            106.0,  # two at once
        )
    )
    assert [line.split() for line in lines[1:4]] == [
        ["lint", "2", "ok"],
        ["py310", "7", "0", "2", "100", "ok"],
        ["py311", "6", "1", "0", "12", "FAILED"],
    ]
    assert lines[4:] == ["total: 106 s", "skipped:", "  2 (py310): needs Windows"]


def test_what_was_not_run_is_named_with_its_command(tox_table):
    lines = list(
        tox_table.not_run(["lint", "py"], ["lint", "py", "py310"], ["lint", "py311", "ui"])
    )
    assert lines[:3] == [
        "not run:",
        "  py310: its Python was not found, or it was left out on request",
        "  py311, ui: python -m tox run -m full",
    ]
    assert {line.rpartition(" ")[2] for line in lines[3:]} == set(tox_table.ON_DEMAND)


def test_after_a_full_run_what_is_missing_has_a_reason(tox_table):
    lines = list(tox_table.not_run(["lint", "ui"], ["lint", "py"], ["lint", "ui", "py314"]))
    assert lines[1] == "  py, py314: its Python was not found, or it was left out on request"


def test_every_environment_is_in_the_full_label_or_on_demand(tox_table):
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(TABLE.parents[1] / "tox.ini", encoding="utf-8")
    label = next(line for line in tox["tox"]["labels"].splitlines() if line.startswith("full"))
    listed = re.findall(r"[\w-]+(?:\{[^}]*\})?", label.partition(" = ")[2])
    full = set().union(*map(expanded, listed))
    sections = {name.removeprefix("testenv:") for name in tox if name.startswith("testenv:")}
    named = set().union(*map(expanded, sections))
    assert named - full == set(tox_table.ON_DEMAND)


def expanded(section: str) -> set[str]:
    """Return the environments of a section such as `nemo{3,2}`."""
    head, brace, rest = section.partition("{")
    if not brace:
        return {section}
    inside, _, tail = rest.partition("}")
    return {head + each + tail for each in inside.split(",")}
