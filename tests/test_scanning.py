"""Running checks: what becomes of a section or a check that fails."""

from __future__ import annotations

import pytest

from winasr_doctor.checks import Check, UnknownCodeError, all_checks
from winasr_doctor.findings import Documentation, Severity, Status, error, warning
from winasr_doctor.machine.recorded import UnreadableSection
from winasr_doctor.scanning import run_check, scan
from winasr_doctor.testing import machine


def make(function, reads=(), *, windows_only=False):
    return Check("ZZZ901", Documentation("Something is wrong"), reads, windows_only, function)


def test_a_check_that_finds_nothing_passes():
    (result,) = run_check(make(lambda _: []), machine())
    assert result.status is Status.PASS


def test_every_finding_becomes_a_result_of_its_own():
    results = run_check(make(lambda _: [error("a"), warning("b")]), machine())
    assert [(r.summary, r.severity) for r in results] == [
        ("a", Severity.ERROR),
        ("b", Severity.WARNING),
    ]


def test_an_unreadable_section_makes_the_result_unknown_with_the_reason():
    host = machine(unreadable={"memory": UnreadableSection(reason="no counter", needs="root")})
    (result,) = run_check(make(lambda host: host.memory, reads=("memory",)), host)
    assert result.status is Status.UNKNOWN
    assert result.summary == "no counter"
    assert result.evidence["needs"] == "root"


def test_a_section_that_has_no_meaning_here_skips_the_check():
    host = machine(not_applicable={"memory": "this machine has none"})
    (result,) = run_check(make(lambda host: host.memory, reads=("memory",)), host)
    assert (result.status, result.summary) == (Status.SKIP, "this machine has none")


def test_a_result_carries_its_checks_documentation_and_the_way_to_have_it_examined():
    check = make(lambda host: host.imports, reads=("imports",))
    (result,) = run_check(check, machine())
    assert result.documentation is check.doc
    assert result.hint == "`--deep` also tries the imports"


def test_a_windows_check_is_not_run_elsewhere():
    def explode(host):
        raise AssertionError

    linux = machine(system=machine().system.__class__(os="linux", name="Debian", version="12"))
    (result,) = run_check(make(explode, windows_only=True), linux)
    assert result.status is Status.SKIP


def test_a_crashing_check_is_reported_with_its_traceback():
    def explode(host):
        yield warning("before")
        raise ZeroDivisionError("boom")

    before, crash = run_check(make(explode), machine())
    assert before.summary == "before"
    assert crash.status is Status.CRASH
    assert "ZeroDivisionError: boom" in crash.evidence["traceback"]


def test_a_check_cannot_read_a_section_it_does_not_declare():
    (result,) = run_check(make(lambda host: host.memory), machine())
    assert result.status is Status.CRASH
    assert "without declaring it" in result.summary


def test_a_healthy_machine_passes():
    report = scan(machine())
    assert [r for r in report.results if r.severity in {Severity.ERROR, Severity.WARNING}] == []
    assert {r.status for r in report.results} <= {Status.PASS, Status.SKIP, Status.FAIL}


def test_every_check_reports_at_least_once():
    assert {r.code for r in scan(machine()).results} == {c.code for c in all_checks()}


def test_selection_is_by_prefix_and_case_does_not_matter():
    report = scan(machine(), select=["tmp", "SYN001"], ignore=["TMP003"])
    codes = {r.code for r in report.results}
    assert "SYN001" in codes
    assert "TMP001" in codes
    assert "TMP003" not in codes
    assert {code[:3] for code in codes} == {"TMP", "SYN"}


def test_an_unknown_code_is_named():
    with pytest.raises(UnknownCodeError, match="'TMX'"):
        scan(machine(), select=["TMX"])
