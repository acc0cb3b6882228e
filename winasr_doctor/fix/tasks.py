"""Selects the repairs that a report calls for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from winasr_doctor.checks.temp import earlier_cleanups_failed
from winasr_doctor.findings import Remedy, Report, Result, Severity
from winasr_doctor.findings.actions import Action

LEFTOVERS = earlier_cleanups_failed.code
"""The check whose selection includes the sweep of what our own deletions left behind."""


@dataclass(frozen=True, slots=True)
class SweepLeftovers:
    """Sweep the ledger of leftovers.

    Attributes:
        paths: The paths in the ledger.
    """

    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RepairTask:
    """A task and the reason for it.

    Attributes:
        codes: The checks whose findings call for it.
        title: What it achieves.
        action: The action to perform.
        remedy: The remedy it is part of, if any.
    """

    codes: tuple[str, ...]
    title: str
    action: Action | SweepLeftovers
    remedy: Remedy | None = None


def chosen_remedy(result: Result) -> Remedy | None:
    """Return the remedy of a finding to apply: one that is complete in itself, if there is one.

    Args:
        result: A finding. Notes are ignored: they call for no repair.
    """
    if result.severity not in {Severity.ERROR, Severity.WARNING}:
        return None
    offered = [remedy for remedy in result.remedies if remedy.action is not None]
    complete = [remedy for remedy in offered if remedy.automatic]
    return next(iter(complete or offered), None)


def tasks_of(report: Report, leftovers: Sequence[str] = ()) -> tuple[RepairTask, ...]:
    """Return the tasks for a report's findings, each once.

    Args:
        report: The report.
        leftovers: Folders in the ledger; swept if the report includes `TMP006`.
    """
    found: dict[object, RepairTask] = {}
    for result in report.results:
        remedy = chosen_remedy(result)
        if remedy is None or remedy.action is None:
            continue
        known = found.get(remedy.action)
        codes = dict.fromkeys((*(known.codes if known else ()), result.code))
        found[remedy.action] = RepairTask(tuple(codes), remedy.title, remedy.action, remedy)
    tasks = tuple(found.values())
    if leftovers and any(result.code == LEFTOVERS for result in report.results):
        sweep = SweepLeftovers(tuple(leftovers))
        tasks += (RepairTask((LEFTOVERS,), "Sweep what earlier cleanups left behind", sweep),)
    return tasks
