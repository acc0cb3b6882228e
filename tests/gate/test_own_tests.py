"""The app's own tests are run by pytest, and what becomes of them is part of the gate."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from winasr_doctor.gate import GateSettings, GateStep, StepState
from winasr_doctor.gate.suites import own_tests


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Run some tests in an empty folder, without the configuration of this project."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:cacheprovider")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # they take longer than the tests

    def run_tests(source: str, **settings: float) -> GateStep:
        (tmp_path / "pytest.ini").write_text("[pytest]\n")
        file = tmp_path / "test_app.py"
        file.write_text(source)
        return own_tests(GateSettings(tests=(str(file),), **settings))

    return run_tests


def test_each_test_is_a_case_with_its_reason(run):
    step = run(
        "import pytest\n\n"
        "def test_one(): assert 1 == 2\n\n"
        "def test_two(): pass\n\n"
        "@pytest.mark.skip(reason='not today')\n"
        "def test_three(): pass\n"
    )
    assert [case.name for case in step.cases] == [
        f"test_app::test_{name}" for name in ("one", "two", "three")
    ]
    assert [case.state for case in step.cases] == [StepState.FAIL, StepState.PASS, StepState.SKIP]
    assert "assert 1 == 2" in step.cases[0].detail
    assert step.cases[2].detail == "not today"
    assert step.state is StepState.FAIL


def test_tests_that_pass_pass_the_step(run):
    assert run("def test_one(): pass\n").state is StepState.PASS


def test_a_file_without_tests_fails(run):
    step = run("")
    assert step.state is StepState.FAIL
    assert "no tests" in step.cases[0].detail


def test_a_file_that_cannot_be_imported_fails(run):
    assert run("import nothing_of_this_name\n").state is StepState.FAIL


def test_tests_that_take_the_process_down_fail(run):
    step = run("import os\n\ndef test_one(): os._exit(0)\n")
    assert step.state is StepState.FAIL
    assert "said nothing" in step.cases[0].detail


def test_tests_that_hang_fail(run):
    step = run("import time\n\ndef test_one(): time.sleep(600)\n", tests_timeout=1.5)
    assert "did not end within 1.5 s" in step.cases[0].detail


@pytest.mark.usefixtures("run")
def test_a_folder_that_is_not_there_fails():
    step = own_tests(GateSettings(tests=("no such folder",)))
    assert step.state is StepState.FAIL


def test_where_pytest_is_missing_that_is_said(run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "pytest.py").write_text("import sys\nsys.exit(1)\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert "is it installed?" in run("").cases[0].detail
