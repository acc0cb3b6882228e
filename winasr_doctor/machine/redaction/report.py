"""Redacts the report of a scan."""

from __future__ import annotations

from msgspec.structs import replace

from winasr_doctor.findings import (
    Change,
    Location,
    Remedy,
    RemedyPlan,
    Report,
    Result,
    Step,
    Suppression,
)
from winasr_doctor.machine.base import Machine
from winasr_doctor.machine.recorded import Snapshot, record
from winasr_doctor.machine.redaction import fields
from winasr_doctor.machine.redaction.own_names import this_machine
from winasr_doctor.machine.redaction.redactor import Redactor
from winasr_doctor.machine.redaction.snapshot import redact_snapshot


def redact_machine(host: Machine, redactor: Redactor) -> Snapshot:
    """Record and redact a machine, so that its names get their placeholders.

    Args:
        host: The machine; sections not read so far are read now.
        redactor: The redactor, which learns the names.
    """
    return redact_snapshot(record(host), redactor)


def redacted(report: Report, host: Machine) -> Report:
    """Replace names of people and machines in a report of this machine.

    Args:
        report: The report of a scan.
        host: The scanned machine; its names get the same placeholders as in its snapshot.
    """
    redactor = Redactor(**this_machine())
    redact_machine(host, redactor)
    return redact_report(report, redactor)


def redact_report(report: Report, redactor: Redactor) -> Report:
    """Return a report with every summary, evidence and remedy redacted.

    Args:
        report: The report of a scan.
        redactor: The redactor, which first learns the names from the report. After `redact_machine`
            they get the same placeholders as in the machine's snapshot.
    """
    _learn(report, redactor)
    return replace(
        report,
        plan=None if report.plan is None else _plan(report.plan, redactor),
        host=redactor.values(report.host),
        unreadable=tuple(redactor.text(text, prose=True) for text in report.unreadable),
        results=tuple(_result(result, redactor) for result in report.results),
    )


def _learn(report: Report, redactor: Redactor) -> None:
    for result in report.results:
        redactor.learn(dict(result.evidence))
        fields.know_repository(result.evidence.get("repo_id"), redactor)
    redactor.learn([dict(report.host), report.unreadable])


def _result(result: Result, redactor: Redactor) -> Result:
    return replace(
        result,
        summary=redactor.text(result.summary, prose=True),
        evidence=redactor.values(result.evidence),
        location=_location(result.location, redactor),
        suppression=_suppression(result.suppression, redactor),
        remedies=tuple(_remedy(remedy, redactor) for remedy in result.remedies),
    )


def _location(location: Location | None, redactor: Redactor) -> Location | None:
    return None if location is None else replace(location, file=redactor.text(location.file))


def _suppression(suppression: Suppression | None, redactor: Redactor) -> Suppression | None:
    if suppression is None:
        return None
    return Suppression(redactor.text(suppression.reason))


def _remedy(remedy: Remedy, redactor: Redactor) -> Remedy:
    return replace(
        remedy,
        title=redactor.text(remedy.title, prose=True),
        steps=tuple(_step(step, redactor) for step in remedy.steps),
        change=None if remedy.change is None else _change(remedy.change, redactor),
    )


def _change(change: Change, redactor: Redactor) -> Change:
    return replace(
        change,
        about=redactor.text(change.about, prose=True),
        python=redactor.text(change.python, prose=True),
        replaces=redactor.text(change.replaces, prose=True),
    )


def _plan(plan: RemedyPlan, redactor: Redactor) -> RemedyPlan:
    return RemedyPlan(
        tuple(
            replace(
                each,
                title=redactor.text(each.title, prose=True),
                steps=tuple(Step.of(_step(step, redactor)) for step in each.steps),
            )
            for each in plan.remedies
        )
    )


def _step(step: str, redactor: Redactor) -> str:
    if not isinstance(step, Step):
        return redactor.text(step, prose=True)
    return Step(
        redactor.text(step.words, prose=True),
        redactor.text(step.command, prose=True),
        shell=step.shell,
        needs_admin=step.needs_admin,
    )
