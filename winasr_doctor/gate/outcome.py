"""The gate's results as frozen values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from winasr_doctor.findings import Report, Verdict

if TYPE_CHECKING:
    from winasr_doctor.gate.provenance import Provenance


class StepState(str, Enum):
    """The result of a case or a step, best first."""

    PASS = "pass"  # noqa: S105 - not a password
    SKIP = "skip"
    """Left out on request, or not applicable here."""
    WARN = "warn"
    UNKNOWN = "unknown"
    """Could not be tried; the gate fails if the step is required."""
    FAIL = "fail"


_WORST_FIRST = (StepState.FAIL, StepState.UNKNOWN, StepState.WARN, StepState.PASS)


def worst(states: Iterable[StepState]) -> StepState:
    """Return the worst of some states; `SKIP` if there is nothing else."""
    seen = set(states)
    return next((state for state in _WORST_FIRST if state in seen), StepState.SKIP)


@dataclass(frozen=True, slots=True)
class Case:
    """The result of trying one thing.

    Attributes:
        name: A short name that is the same in every run.
        state: The result.
        detail: One or more sentences; empty if there is nothing to say.
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
    """One part of the gate, with its result.

    Attributes:
        name: `scan`, `suite`, `selftest`, `tests` or `tested`.
        title: The title shown to people.
        summary: The result as one sentence without its full stop.
        cases: What was tried, in order of execution.
        required: Whether the gate fails when it could not be tried.
        seconds: How long it took.
        own: The step's own result apart from its cases, for example because there were too few.
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
        """The worst state of its cases."""
        return worst((self.own, *(case.state for case in self.cases)))

    @property
    def stops(self) -> bool:
        """Whether the gate fails because of this step."""
        return self.state is StepState.FAIL or (self.state is StepState.UNKNOWN and self.required)


@dataclass(frozen=True, slots=True)
class Gate:
    """The gate's complete result.

    Attributes:
        steps: The steps in the order they ran.
        report: The scan's report, with accepted findings as skipped; `None` if there was no scan.
        tested: Versions and hashes of what was tested.
        notes: Notes on the settings: acceptances that have expired or were not needed.
        seconds: Total duration.
    """

    steps: tuple[GateStep, ...]
    report: Report | None
    tested: Provenance
    notes: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def verdict(self) -> Verdict:
        """`FAIL` if any step stops the gate, `WARN` with any warning, else `PASS`."""
        if any(step.stops for step in self.steps):
            return Verdict.FAIL
        if any(step.state is StepState.WARN for step in self.steps):
            return Verdict.WARN
        return Verdict.PASS

    @property
    def unreadable(self) -> tuple[str, ...]:
        """Input that could not be examined, one sentence each."""
        return () if self.report is None else self.report.unreadable
