"""Accepted findings: a finding that someone has accepted does not count until a given day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from winasr_doctor.findings import Report, Result, Severity, Status
from winasr_doctor.gate.settings import Acceptance

_COUNT = (Severity.ERROR, Severity.WARNING)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A report after applying the accepted findings.

    Attributes:
        report: The report, with accepted findings as skipped and the reason.
        notes: Acceptances that have expired or were not needed, one sentence each.
    """

    report: Report
    notes: tuple[str, ...] = ()


def accept(report: Report, acceptances: Sequence[Acceptance], today: dt.date) -> Accepted:
    """Apply the accepted findings to a report, so that they do not count.

    Args:
        report: The scan's report.
        acceptances: The findings to accept; if a code appears twice, the later end date counts.
        today: Today's local date.
    """
    valid = {each.code: each for each in sorted(acceptances, key=lambda each: each.until)}
    live = {code: each for code, each in valid.items() if each.until >= today}
    found = {result.code for result in report.results if _counts(result)}
    results = tuple(
        _accepted(result, live[result.code]) if result.code in live and _counts(result) else result
        for result in report.results
    )
    return Accepted(replace(report, results=results), tuple(_notes(valid, live, found)))


def _counts(result: Result) -> bool:
    return result.severity in _COUNT or result.status is Status.CRASH


def _accepted(result: Result, by: Acceptance) -> Result:
    was = (result.severity or result.status).value
    return replace(
        result,
        status=Status.SKIP,
        severity=None,
        summary=f"accepted until {by.until} ({by.reason}), or else: {result.summary}",
        evidence={
            **result.evidence,
            "accepted": {"was": was, "until": by.until.isoformat(), "reason": by.reason},
        },
    )


def _notes(valid: dict[str, Acceptance], live: dict[str, Acceptance], found: set[str]) -> list[str]:
    notes = []
    for code, each in valid.items():
        if code not in live:
            counts = "so it counts again" if code in found else "and is no longer found"
            notes.append(f"The acceptance of {code} ended on {each.until}, {counts}.")
        elif code not in found:
            notes.append(f"The acceptance of {code} (until {each.until}) was not needed.")
    return notes


def accepted_in(report: Report) -> tuple[Result, ...]:
    """Return the findings of a report that were accepted."""
    return tuple(result for result in report.results if "accepted" in result.evidence)
