"""What runs the tests under Wine: its pins, and how it counts."""

from __future__ import annotations

import re
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / "tools" / "wine"

JUNIT = """<testsuites><testsuite name="pytest">
<testcase classname="tests.a" name="one"/>
<testcase classname="tests.a" name="two"><skipped message="POSIX signals"/></testcase>
<testcase classname="tests.a" name="three">
  <skipped type="pytest.xfail" message="Wine differs: no Restart Manager"/></testcase>
<testcase classname="tests.a" name="four">
  <skipped type="pytest.xfail" message="[NOTRUN] Wine differs: no Restart Manager"/></testcase>
<testcase classname="tests.a" name="five"><failure message="x"/></testcase>
<testcase classname="tests.a" name="six"><error message="x"/></testcase>
</testsuite></testsuites>"""


@pytest.fixture
def results(monkeypatch):
    spec = spec_from_file_location("wine_results", TOOLS / "results.py")
    module = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "wine_results", module)  # dataclasses look there
    spec.loader.exec_module(module)
    return module


def test_everything_that_tests_need_on_windows_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    texts = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    needed = [Requirement(text) for text in texts]
    here = {"python_version": "3.11", "sys_platform": "win32", "extra": ""}
    wanted = {
        canonicalize_name(one.name) for one in needed if not one.marker or one.marker.evaluate(here)
    }
    pins = (TOOLS / "requirements.txt").read_text(encoding="utf-8")
    assert wanted <= set(re.findall(r"^([\w.-]+)==", pins, re.MULTILINE))


def test_every_pin_has_a_hash_and_none_names_where_it_comes_from():
    for name in ("requirements.txt", "python.txt"):
        text = (TOOLS / name).read_text(encoding="utf-8")
        pins = re.findall(r"^\S+==\S+ \\\n    --hash=sha256:", text, re.MULTILINE)
        assert len(pins) == len(re.findall(r"^[^#\s].*==", text, re.MULTILINE)) > 0
        assert "://" not in text


def test_outcomes_are_counted_with_their_reasons(results, tmp_path):
    file = tmp_path / "results.xml"
    file.write_text(JUNIT)
    counts = results.count(results.merge([file], {"tests/nemo": "needs NeMo"}))
    assert counts.passed == 1
    assert counts.failed == ["tests.a::five", "tests.a::six"]
    assert counts.differing == {"no Restart Manager": 2}
    assert counts.elsewhere == {"POSIX signals": 1, "tests/nemo: needs NeMo": 1}
    assert next(counts.lines()) == (
        "1 passed, 2 failed, 2 marked because Wine differs, 2 not run here"
    )
