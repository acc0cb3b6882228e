"""Runs the fault suite and the app's own tests as steps of the gate."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from time import monotonic
from typing import Protocol
from xml.etree import ElementTree as ET

from winasr_doctor.gate.child import Answer, Child, ChildError
from winasr_doctor.gate.outcome import Case, GateStep, StepState
from winasr_doctor.gate.settings import GateSettings


class SuiteWork(Protocol):
    """The interface of a child process that this module uses."""

    def rest(self, seconds: float) -> Iterator[Answer]:
        """Yield the remaining answers; raises `ChildError`."""


Start = Callable[[str, object], AbstractContextManager[SuiteWork]]
"""Starts a child; see `Child`."""


def fault_suite(settings: GateSettings, start: Start = Child) -> GateStep:
    """Run the fault suite of the installed version.

    Args:
        settings: The required number of cases and the time limit.
        start: Starts the child process.

    Returns:
        The step; a case that crashes or hangs the process is a failed case.
    """
    began = monotonic()
    cases: list[Case] = []
    begun: str | None = None
    try:
        with start("winasr_doctor.gate.suite_child:run", None) as child:
            for answer in child.rest(settings.suite_timeout):
                if "begins" in answer:
                    begun = str(answer["begins"])
                    continue
                begun = None
                state = StepState(answer["state"])
                cases.append(Case(answer["name"], state, answer["detail"], answer["seconds"]))
    except (ChildError, OSError) as error:
        name = begun or "The suite runs to its end"
        cases.append(Case(name, StepState.FAIL, f"The suite failed: {error}."))
    ran = sum(case.state is not StepState.SKIP for case in cases)
    short = ran < settings.min_cases
    return GateStep(
        "suite",
        "Fault suite of the installed version",
        f"{_counted(cases)}"
        + (f"; at least {settings.min_cases} must be tried (min_cases)" if short else ""),
        tuple(cases),
        seconds=monotonic() - began,
        own=StepState.FAIL if short else StepState.SKIP,
    )


def _counted(cases: Sequence[Case]) -> str:
    seen = {state: sum(case.state is state for case in cases) for state in StepState}
    passed = f"{seen[StepState.PASS]} of {len(cases)} cases passed"
    words = {StepState.FAIL: "failed", StepState.SKIP: "skipped"}
    others = [f"{seen[state]} {word}" for state, word in words.items() if seen[state]]
    return ", ".join([passed, *others])


def own_tests(settings: GateSettings) -> GateStep:
    """Run the app's own tests with pytest in a separate process.

    Args:
        settings: The tests' paths and the time limit.
    """
    began = monotonic()
    with tempfile.TemporaryDirectory(prefix="winasr-tests-", ignore_cleanup_errors=True) as folder:
        file = Path(folder, "tests.xml")
        problem = _pytest(settings, file)
        cases = list(_read(file)) if file.exists() else []
    if problem and all(case.state is not StepState.FAIL for case in cases):
        cases.append(Case("pytest runs the tests", StepState.FAIL, problem))
    return GateStep(
        "tests",
        "The app's own tests",
        _counted(cases),
        tuple(cases),
        seconds=monotonic() - began,
    )


_EXIT_CODES = {
    1: "A test failed.",
    2: "pytest was interrupted.",
    3: "pytest itself failed.",
    4: "pytest was given something that it cannot run.",
    5: "There are no tests.",
}
"""Source: docs.pytest.org, "Exit codes"."""


def _pytest(settings: GateSettings, file: Path) -> str:
    """Run pytest; return the problem as a sentence, or an empty text."""
    command = [sys.executable, "-m", "pytest", f"--junit-xml={file}", *settings.tests]
    path = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
    try:
        ended = subprocess.run(  # noqa: S603 - the tests that were asked for
            command,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr.fileno() if _has_descriptor() else subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
            timeout=settings.tests_timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"The tests did not end within {settings.tests_timeout:g} s (tests_timeout)."
    except OSError as error:
        return f"pytest cannot be started: {error}."
    if not ended.returncode:
        return "" if file.exists() else "pytest said nothing about its tests."
    if not file.exists() and ended.returncode == 1:
        return "pytest could not be run; is it installed?"
    return _EXIT_CODES.get(ended.returncode, f"pytest ended with exit code {ended.returncode}.")


def _has_descriptor() -> bool:
    try:
        return sys.stderr.fileno() >= 0
    except (OSError, ValueError, AttributeError):
        return False


_STATES = {"failure": StepState.FAIL, "error": StepState.FAIL, "skipped": StepState.SKIP}


def _read(file: Path) -> Iterator[Case]:
    """Read pytest's JUnit XML, which our own child process has just written."""
    try:
        root = ET.parse(file).getroot()  # noqa: S314
    except (ET.ParseError, OSError) as error:
        yield Case("pytest says what became of the tests", StepState.FAIL, f"{error}.")
        return
    for element in root.iter("testcase"):
        name = "::".join(filter(None, (element.get("classname"), element.get("name"))))
        ends = [child for child in element if child.tag in _STATES]
        states = {_STATES[child.tag] for child in ends}
        state = (
            StepState.FAIL
            if StepState.FAIL in states
            else StepState.SKIP
            if states
            else StepState.PASS
        )
        detail = "\n".join(child.get("message") or "" for child in ends)
        yield Case(name, state, detail, float(element.get("time") or 0))
