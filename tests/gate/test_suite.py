"""The shipped fault suite passes, says what it cannot try, and bites."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from winasr_doctor.gate import GateSettings, StepState, suite_child
from winasr_doctor.gate.child import ChildError
from winasr_doctor.gate.suite import CASES, CaseFolder, NotHere, SuiteCase
from winasr_doctor.gate.suites import fault_suite

from .conftest import Children

TESTS = Path(__file__).parents[1]

PROGRAM = """
import os, sys
from mutations.mutations import MUTATIONS
from winasr_doctor.gate import suite_child

CAUGHT, SURVIVED = 50, 51

def ends_with(name):
    (mutation,) = [each for each in MUTATIONS if each.name == name]
    mutation.apply()
    answers = []
    suite_child.run(None, answers.append)
    assert answers[-1] == {"end": True}
    return CAUGHT if any(each.get("state") == "fail" for each in answers) else SURVIVED

def in_a_fork(name):
    pid = os.fork()
    if not pid:
        code = 1
        try:
            code = ends_with(name)
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

for name in sys.argv[1:]:
    code = in_a_fork(name) if hasattr(os, "fork") else ends_with(name)
    print(name, {CAUGHT: "was caught", SURVIVED: "survived"}.get(code, "broke down"), flush=True)
"""
"""Imports the suite once; each deliberate fault is put in place in a copy of the process."""

CAUGHT = [
    "never retry",
    "retry permanent codes",
    "wait for access denied",
    "wait beyond the budget",
    "classify by message",
    "wait although we hold the file",
    "never let go",
    "follow a symlink",
    "stop at the first failure",
    "leave the read only attribute",
    "let the hook fail",
    "lose the ledger entry",
    "record in memory only",
    "keep settled entries",
    "sweep whatever is there",
    "sweep what is in use",
    "trust a process number",
    "sweep through a link",
    "let cleanups raise",
    "swallow every oserror",
    "drop what led to the error",
    "catch only exception",
    "find no suspended reader",
    "forget to restore",
    "restore too early",
    "undo somebody elses patch",
    "patch tempfile for everybody",
    "diagnose without context",
]
"""Deliberate faults of tests/fault_injection/mutations that a case must notice."""


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the suite work in a folder of the test's."""
    temp = tmp_path / "temp"
    temp.mkdir()
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(temp))
    return temp


@pytest.fixture
def logging_as_before() -> Iterator[None]:
    """Let messages be logged again: the suite, whose process ends with it, turns them off."""
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.wine_differs("it gives the time of the last change for that of creation")
@pytest.mark.usefixtures("logging_as_before")
def test_the_suite_passes_and_leaves_nothing_behind(environment: Path):
    answers: list[dict[str, object]] = []
    suite_child.run(None, answers.append)
    step = fault_suite(GateSettings(), Children(answers))
    bad = [(case.name, case.detail) for case in step.cases if case.state is StepState.FAIL]
    assert bad == []
    assert step.state is StepState.PASS
    assert len(step.cases) == len(CASES)
    assert list(environment.iterdir()) == []


def test_the_cases_have_names_of_their_own():
    assert len({case.name for case in CASES}) == len(CASES)
    assert all(case.name and not case.name.endswith(".") for case in CASES)


def run_with(names: list[str], folder: Path) -> list[str]:
    path = os.pathsep.join([str(TESTS / "fault_injection"), *filter(None, sys.path)])
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, *names],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        text=True,
        timeout=300,
        check=True,
    )
    return ended.stdout.splitlines()


def test_the_suite_bites(environment: Path):
    names = [
        name
        for name in CAUGHT
        if (sys.platform == "linux" or name != "find no suspended reader")  # reads /proc
        and (sys.platform != "win32" or "link" not in name)  # the right to make links
    ]
    runs = [names] if hasattr(os, "fork") else [[name] for name in names]
    said = [line for run in runs for line in run_with(run, environment)]
    assert said == [f"{name} was caught" for name in names]


@pytest.mark.usefixtures("environment", "logging_as_before")
class TestRunning:
    def answers(self, monkeypatch: pytest.MonkeyPatch, run) -> dict[str, object]:
        monkeypatch.setattr(suite_child, "CASES", [SuiteCase("It holds", run)])
        sent: list[dict[str, object]] = []
        suite_child.run(None, sent.append)
        assert sent[0] == {"begins": "It holds"}
        assert sent[-1] == {"end": True}
        return sent[1]

    def test_a_case_that_cannot_be_tried_is_skipped_with_the_reason(self, monkeypatch):
        def run(_place: CaseFolder) -> None:
            raise NotHere("no links")

        answer = self.answers(monkeypatch, run)
        assert (answer["state"], answer["detail"]) == ("skip", "no links")

    def test_a_case_that_breaks_is_a_failed_case(self, monkeypatch):
        def run(_place: CaseFolder) -> None:
            raise KeyError("name")

        answer = self.answers(monkeypatch, run)
        assert (answer["state"], answer["detail"]) == ("fail", "KeyError: 'name'")

    def test_a_fault_that_never_fires_fails_its_case(self, monkeypatch):
        def run(place: CaseFolder) -> None:
            with place.faults("unlink:32*1"):
                pass

        assert "never fired: unlink:32*1" in str(self.answers(monkeypatch, run)["detail"])


def answer(name: str, state: str = "pass") -> dict[str, object]:
    return {"name": name, "state": state, "detail": "", "seconds": 0.0}


def test_too_few_cases_fail_the_step():
    step = fault_suite(GateSettings(min_cases=2), Children([answer("one"), {"end": True}]))
    assert step.state is StepState.FAIL
    assert "at least 2" in step.summary


def test_skipped_cases_do_not_count_as_tried():
    children = Children([answer("one"), answer("two", "skip"), {"end": True}])
    assert fault_suite(GateSettings(min_cases=2), children).state is StepState.FAIL


def test_a_case_that_takes_the_process_down_is_named():
    crash = ChildError("its process ended by signal 11")
    step = fault_suite(
        GateSettings(min_cases=1), Children([answer("one"), {"begins": "two"}, crash])
    )
    assert step.state is StepState.FAIL
    assert step.cases[-1].name == "two"
    assert "signal 11" in step.cases[-1].detail


def test_a_crash_between_cases_is_not_laid_at_the_door_of_the_last_one():
    crash = ChildError("its process ended by signal 11")
    children = Children([{"begins": "one"}, answer("one"), crash])
    step = fault_suite(GateSettings(min_cases=1), children)
    assert [case.name for case in step.cases] == ["one", "The suite runs to its end"]
