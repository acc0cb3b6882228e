"""Accepted findings do not count until their day, and then they do."""

from __future__ import annotations

import datetime as dt

from winasr_doctor.findings import Report, Status, Verdict
from winasr_doctor.gate import Acceptance
from winasr_doctor.gate.accepted_findings import accept, accepted_in

TODAY = dt.date(2026, 11, 21)


def of(report: Report, code: str):
    return next(result for result in report.results if result.code == code)


def acceptances(report: Report, until: dt.date) -> list[Acceptance]:
    """Accept everything that counts in a report."""
    codes = {result.code for result in report.results if result.severity in ("error", "warning")}
    return [Acceptance(code, until, "known") for code in sorted(codes)]


def test_the_machine_fails_without_acceptances(report: Report):
    assert accept(report, [], TODAY).report.verdict is Verdict.FAIL


def test_an_accepted_finding_is_skipped_with_its_reason(report: Report):
    accepted = accept(report, [Acceptance("SYN001", TODAY, "moved soon")], TODAY)
    result = of(accepted.report, "SYN001")
    assert (result.status, result.severity) == (Status.SKIP, None)
    assert "moved soon" in result.summary
    assert result.evidence["accepted"]["was"] == "error"
    assert accepted_in(accepted.report) == (result,)
    assert accepted.notes == ()


def test_when_all_is_accepted_the_scan_passes(report: Report):
    accepted = accept(report, acceptances(report, TODAY), TODAY)
    assert accepted.report.verdict is Verdict.PASS


def test_other_findings_count_all_the_same(report: Report):
    others = [each for each in acceptances(report, TODAY) if each.code != "SYN001"]
    assert accept(report, others, TODAY).report.verdict is Verdict.FAIL


def test_an_acceptance_that_is_over_does_not_count_and_is_told(report: Report):
    yesterday = TODAY - dt.timedelta(days=1)
    accepted = accept(report, [Acceptance("SYN001", yesterday, "moved soon")], TODAY)
    assert of(accepted.report, "SYN001").status is Status.FAIL
    assert accepted.notes == ("The acceptance of SYN001 ended on 2026-11-20, so it counts again.",)


def test_an_acceptance_that_is_not_needed_is_told(report: Report):
    accepted = accept(report, [Acceptance("REV001", TODAY, "fixed")], TODAY)
    assert accepted.notes == ("The acceptance of REV001 (until 2026-11-21) was not needed.",)


def test_of_two_acceptances_the_longer_one_counts(report: Report):
    both = [Acceptance("SYN001", TODAY, "new"), Acceptance("SYN001", dt.date(2025, 1, 1), "old")]
    assert accept(report, both, TODAY).notes == ()
