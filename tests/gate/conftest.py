"""Gates whose steps are stand-ins, and children that answer what a test tells them to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from winasr_doctor.findings import Report
from winasr_doctor.gate import Case, Gate, GateStep, StepState
from winasr_doctor.gate.child import ChildError
from winasr_doctor.gate.provenance import Package, Provenance
from winasr_doctor.gate.steps import Steps, gate
from winasr_doctor.testing import machine

SHA = "0123456789abcdef" * 4
TESTED = Provenance({"winasr_doctor": "1.2.3", "torch": None}, {"a.wav": SHA}, Package(True, SHA))


class Child:
    """A child that gives answers one after the other; an exception among them is raised."""

    def __init__(self, answers: Iterable[Any]) -> None:
        self._answers = iter(answers)

    def next(self, seconds: float) -> Mapping[str, Any]:
        answer = next(self._answers, ChildError("its process ended with exit code 0"))
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def rest(self, seconds: float) -> Iterator[Mapping[str, Any]]:
        while not (answer := self.next(seconds)).get("end"):
            yield answer


class Children:
    """Starts one child after the other.

    Attributes:
        tasks: What each was given.
    """

    def __init__(self, *answers: Iterable[Any]) -> None:
        self._answers = iter(answers)
        self.tasks: list[Any] = []

    @contextmanager
    def __call__(self, name: str, task: Any) -> Iterator[Child]:
        self.tasks.append(task)
        yield Child(next(self._answers))


def step(name: str, *states: StepState, required: bool = True) -> GateStep:
    cases = tuple(
        Case(f"case {n}", state, f"{state.value} it is") for n, state in enumerate(states)
    )
    return GateStep(name, name.title(), f"{name} in words", cases, required=required)


def steps(**given: GateStep) -> Steps:
    """Return stand-ins: each step passes unless it is given."""
    return Steps(
        suite=lambda _settings: given.get("suite", step("suite", StepState.PASS)),
        selftest=lambda _settings, _progress: given.get(
            "selftest", step("selftest", StepState.PASS)
        ),
        tests=lambda _settings: given.get("tests", step("tests", StepState.PASS)),
        tested=lambda _host: TESTED,
    )


@pytest.fixture
def passed() -> Gate:
    """Return a gate that found nothing wrong."""
    return gate(machine(), steps=steps())


@pytest.fixture
def report() -> Report:
    """Return the scan of a machine with an error (SYN001) and other findings."""
    from winasr_doctor import scan
    from winasr_doctor.machine.model import Places, SyncRoot, SyncRoots
    from winasr_doctor.testing import HOME, place

    temp = rf"{HOME}\OneDrive\Temp"
    root = SyncRoot(provider="OneDrive", path=rf"{HOME}\OneDrive", source="HKCU")
    places = Places(items=tuple(place(role, temp) for role in ("TEMP", "TMP", "tempfile")))
    return scan(machine(places=places, sync_roots=SyncRoots(items=(root,))))
