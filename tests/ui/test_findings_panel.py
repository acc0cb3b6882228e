"""The doctor's panel: worst first, escaped, and never silent."""

from __future__ import annotations

import itertools
import threading
from types import SimpleNamespace

from winasr_doctor.findings import Remedy, Report, Result, Severity, Status, Tool
from winasr_doctor.ui import findings


def result(code, severity, summary="found", steps=("do it",)):
    status = Status.FAIL if severity else Status.PASS
    remedies = (Remedy("Way out", steps),)
    return Result(code, code[:3], "", status, severity, summary, {}, remedies, "")


def report(*results):
    return Report(Tool("winasr_doctor", "0"), {}, results)


def test_the_worst_comes_first():
    html = findings.render(
        report(result("AVX001", Severity.INFO), result("TMP001", Severity.ERROR))
    )
    assert html.index("TMP001") < html.index("AVX001")


def test_what_to_do_comes_first_and_once():
    html = findings.render(
        report(result("TMP002", Severity.ERROR), result("SYN001", Severity.ERROR))
    )
    assert html.index("Way out (SYN001, TMP002)") < html.index("<details")


def test_each_finding_has_its_steps():
    assert "do it" in findings.render(report(result("TMP001", Severity.ERROR)))


def test_what_passed_is_not_listed():
    html = findings.render(report(result("TMP001", None)))
    assert "TMP001" not in html
    assert "Nothing was found" in html


def test_markup_in_a_path_is_shown_and_not_obeyed():
    html = findings.render(report(result("TMP001", Severity.ERROR, "<img src=x>\udc80", ("<b>",))))
    assert "<img" not in html
    assert "<b>" not in html
    html.encode("utf-8")


def test_an_examination_ends_with_its_report():
    expected = report()
    *_, (html, found) = findings.examine(lambda: expected)
    assert found is expected
    assert "Nothing was found" in html


def test_a_failed_examination_is_said():
    def fails():
        raise SystemExit("the reason")

    *_, (html, found) = findings.examine(fails)
    assert found is None
    assert "SystemExit: the reason" in html


def test_an_examination_that_hangs_is_said(monkeypatch):
    release, seconds = threading.Event(), itertools.count()
    monkeypatch.setattr(findings, "time", SimpleNamespace(monotonic=lambda: next(seconds)))

    def hangs():
        release.wait(60)
        return report()

    *before, (html, found) = findings.examine(hangs, patience=3)
    release.set()
    assert found is None
    assert "has not ended" in html
    assert "Examining this computer" in before[0][0]
