"""`--windows-marks`: what is marked for Windows is skipped, or expected to fail, here too."""

from __future__ import annotations

import inspect
import os

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the marks apply there by themselves")

MARKS = """
import os, platform, sys, unittest
from sys import platform as system
import pytest
import flags
from flags import ON_WINDOWS, not_there

HERE = sys.platform.startswith("linux")
leaks = pytest.mark.xfail(os.name == "nt", reason="leaks")

def unlink_open(folder):
    with open(folder / "a", "w"):
        os.unlink(folder / "a")

@pytest.mark.skipif(sys.platform == "win32", reason="open")
def test_1(tmp_path): unlink_open(tmp_path)

@pytest.mark.skipif("sys.platform == 'win32'")
def test_2(tmp_path): unlink_open(tmp_path)

@leaks
def test_3(tmp_path): unlink_open(tmp_path)

@pytest.mark.skipif(ON_WINDOWS, reason="a flag of another module")
def test_4(tmp_path): unlink_open(tmp_path)

@pytest.mark.skipif(not HERE, reason="a flag of this module")
def test_5(tmp_path): unlink_open(tmp_path)

@not_there
def test_6(tmp_path): unlink_open(tmp_path)

@pytest.mark.skipif(platform.system() == "Windows", reason="platform")
class TestClass:
    def test_7(self, tmp_path): unlink_open(tmp_path)

@pytest.mark.xfail(system == "win32", raises=PermissionError, reason="imported by name")
@pytest.mark.parametrize("number", [1])
def test_8(tmp_path, number): unlink_open(tmp_path)

@pytest.mark.skipif(flags.ON_WINDOWS, reason="a flag of another module, with its name")
def test_9(tmp_path): unlink_open(tmp_path)

posix = unittest.skipUnless(os.name == "posix", "open")

class TestOfUnittest(unittest.TestCase):
    @unittest.skipIf(sys.platform == "win32", "open")
    def test_10(self): assert False

    @posix
    def test_11(self): assert False

@unittest.skipUnless(HERE, "open")
class TestAllOfUnittest(unittest.TestCase):
    def test_12(self): assert False
"""

FLAGS = """
import sys
import pytest
ON_WINDOWS = sys.platform == "win32"
not_there = pytest.mark.skipif(ON_WINDOWS, reason="a mark of another module")
"""

OTHERS = """
import os, sys, unittest
import pytest

@pytest.mark.skipif(sys.platform == "darwin", reason="same")
def test_1(): pass

@pytest.mark.skipif(sys.platform == "win32", reason="same")
def test_2(): assert False

@pytest.mark.skipif(1 / 1 == 2, reason="nothing about the system")
def test_3(): pass

@pytest.mark.xfail(reason="without a condition")
def test_5(): assert False

class TestOfUnittest(unittest.TestCase):
    @unittest.skipUnless(sys.platform != "darwin", "not there")
    def test_6(self): pass

    @unittest.skipIf(len("a") == 2, "nothing about the system")
    def test_7(self): pass
"""


def test_marks_for_windows_apply(run, pytester):
    pytester.makepyfile(flags=FLAGS)
    pytester.syspathinsert()
    run(MARKS, "--windows-sharing").assert_outcomes(failed=12)
    result = run(MARKS, "--windows-sharing", "--windows-marks")
    result.assert_outcomes(skipped=10, xfailed=2)


def test_other_marks_do_not(run):
    result = run(OTHERS, "--windows-marks")
    result.assert_outcomes(passed=4, skipped=1, xfailed=1)


def test_only_what_a_condition_uses_is_looked_up(monkeypatch, pytester, run):
    read = []
    monkeypatch.setattr(inspect, "getsource", lambda module: read.append(module.__name__) or "")
    run(
        "import os, json, pytest\n@pytest.mark.skipif('os.sep == 1')\ndef test(): pass",
        "--windows-marks",
    )
    assert not read
