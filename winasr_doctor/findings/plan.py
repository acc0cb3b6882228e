"""A plan: what to do about a report, as values; `planning` computes it."""

from __future__ import annotations

from msgspec import Struct

from winasr_doctor.findings.changes import Stage
from winasr_doctor.findings.steps import Step


class PlanStep(Struct, frozen=True):
    """One thing to do.

    Attributes:
        title: What it achieves, as a short imperative.
        steps: Exact steps in order.
        automatic: Whether `fix --apply` can do it.
        cures: The codes of the findings that it cures.
        stage: Its turn; not part of a report.
    """

    title: str
    steps: tuple[Step, ...]
    automatic: bool
    cures: tuple[str, ...]
    stage: Stage = Stage.SETTINGS


class RemedyPlan(Struct, frozen=True):
    """Everything to do, in order.

    Attributes:
        remedies: What to do, each once.
    """

    remedies: tuple[PlanStep, ...]

    @property
    def commands(self) -> tuple[Step, ...]:
        """The steps that have a command."""
        return tuple(step for each in self.remedies for step in each.steps if step.command)
