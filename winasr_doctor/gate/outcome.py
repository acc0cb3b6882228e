"""What a gate came to, as frozen values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from winasr_doctor.findings import Report, Verdict

if TYPE_CHECKING:
    from winasr_doctor.gate.provenance import Provenance


class StepState(str, Enum):
    """How a case or a step ended, best first."""

    PASS = "pass"  # noqa: S105 - not a password
    SKIP = "skip"
    """It was left out on request, or does not apply here."""
    WARN = "warn"
    UNKNOWN = "unknown"
    """It could not be tried; the gate fails if the step is required."""
    FAIL = "fail"


_WORST_FIRST = (StepState.FAIL, StepState.UNKNOWN, StepState.WARN, StepState.PASS)


def worst(states: Iterable[StepState]) -> StepState:
    """Return the worst of some states; `SKIP` if there is nothing else."""
    seen = set(states)
    return next((state for state in _WORST_FIRST if state in seen), StepState.SKIP)


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that was tried.

    Attributes:
        name: A few words that stay the same from run to run.
        state: How it ended.
        detail: One or more sentences; empty where there is nothing to say.
        seconds: How long it took.
        facts: Measured values, JSON values only.
    """

    name: str
    state: StepState
    detail: str = ""
    seconds: float = 0.0
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GateStep:
    """One part of the gate.

    Attributes:
        name: `scan`, `suite`, `selftest`, `tests` or `tested`.
        title: What it is, for people.
        summary: What it came to, as one sentence without its full stop.
        cases: What was tried, in order.
        required: Whether the gate fails when it could not be tried.
        seconds: How long it took.
        own: How the step ended beyond its cases: too few of them, for example.
    """

    name: str
    title: str
    summary: str
    cases: tuple[Case, ...] = ()
    required: bool = True
    seconds: float = 0.0
    own: StepState = StepState.SKIP

    @property
    def state(self) -> StepState:
        """The worst of its cases."""
        return worst((self.own, *(case.state for case in self.cases)))

    @property
    def stops(self) -> bool:
        """Whether the gate fails because of it."""
        return self.state is StepState.FAIL or (self.state is StepState.UNKNOWN and self.required)


@dataclass(frozen=True, slots=True)
class Gate:
    """Everything the gate found out.

    Attributes:
        steps: In the order they were taken.
        report: The scan's, with accepted findings as skipped; `None` if there was no scan.
        tested: Versions and hashes of what was tested.
        notes: What is worth knowing of the settings: acceptances that are over or not needed.
        seconds: How long it took in all.
    """

    steps: tuple[GateStep, ...]
    report: Report | None
    tested: Provenance
    notes: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def verdict(self) -> Verdict:
        """`FAIL` with any step that stops it, `WARN` with any warning, else `PASS`."""
        if any(step.stops for step in self.steps):
            return Verdict.FAIL
        if any(step.state is StepState.WARN for step in self.steps):
            return Verdict.WARN
        return Verdict.PASS

    @property
    def unreadable(self) -> tuple[str, ...]:
        """Input that could not be examined, one sentence each."""
        return () if self.report is None else self.report.unreadable
