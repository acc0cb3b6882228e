"""Findings, results and the verdict of a report."""

from __future__ import annotations

import copy
import importlib
import pkgutil

import pytest
from msgspec import Struct

from winasr_doctor import findings
from winasr_doctor.findings import (
    Finding,
    Location,
    Remedy,
    Report,
    Result,
    Severity,
    Status,
    Step,
    Suppression,
    Tool,
    Verdict,
    error,
    info,
    ok,
    skip,
    unknown,
    warning,
)


def result(finding: Finding) -> Result:
    return Result("TMP001", "TMP", "t", finding.status, finding.severity, "s", {}, (), "u")


def report(*findings: Finding) -> Report:
    return Report(Tool("winasr_doctor", "0"), {}, tuple(map(result, findings)))


def test_a_failing_finding_needs_a_severity():
    with pytest.raises(ValueError, match="severity"):
        Finding(Status.FAIL, "broken")


def test_a_passing_finding_has_no_severity():
    with pytest.raises(ValueError, match="severity"):
        Finding(Status.PASS, "fine", Severity.INFO)


def test_a_finding_cannot_be_changed():
    with pytest.raises(AttributeError):
        ok("fine").summary = "broken"


@pytest.mark.parametrize(
    ("location", "written"),
    [
        (Location("app.py", 4, 7), "app.py:4:7"),
        (Location("app.py", 4), "app.py:4"),
        (Location(r"C:\app.py"), r"C:\app.py"),
    ],
)
def test_a_location_is_written_as_compilers_do(location, written):
    assert str(location) == written


def test_the_evidence_of_a_report_has_the_place_and_the_reason():
    found = Finding(Status.SKIP, "s", None, {"kind": "x"}, suppression=Suppression("known")).at(
        Location("app.py", 4)
    )
    assert found.evidence == {"kind": "x"}
    assert found.reported_evidence == {
        "file": "app.py", "line": 4, "kind": "x", "suppressed": True, "reason": "known",
    }  # fmt: skip


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy])
def test_a_step_is_its_text_and_keeps_its_command_when_copied(again):
    step = again(Step("Run", "reg add x", "cmd", needs_admin=True))
    assert step == "Run: reg add x"
    assert (step.words, step.command, step.shell) == ("Run", "reg add x", "cmd")
    assert step.needs_admin


@pytest.mark.parametrize(
    ("findings", "verdict"),
    [
        ((), Verdict.PASS),
        ((ok("a"), skip("b"), unknown("c"), info("d")), Verdict.PASS),
        ((warning("a"), info("b")), Verdict.WARN),
        ((Finding(Status.CRASH, "a"),), Verdict.WARN),
        ((warning("a"), error("b")), Verdict.FAIL),
    ],
)
def test_the_worst_result_decides_the_verdict(findings, verdict):
    assert report(*findings).verdict is verdict


def test_counts_name_every_outcome_even_the_absent_ones():
    counts = report(error("a"), error("b"), ok("c")).counts
    assert counts == {
        "error": 2,
        "warning": 0,
        "info": 0,
        "pass": 1,
        "skip": 0,
        "unknown": 0,
        "crash": 0,
    }


def test_a_remedy_is_performed_by_a_person_unless_it_says_otherwise():
    assert not Remedy("Move TEMP", ("setx TEMP C:\\Temp",)).automatic


def test_remedies_that_read_alike_are_alike():
    by_hand, by_fix = (Remedy("Pin it", ("a",), automatic=each) for each in (False, True))
    assert by_hand == Remedy("Pin it", ("a",), action=object())
    assert by_hand not in (by_fix, Remedy("Pin it", ("b",)), "Pin it")
    assert len({by_hand, by_fix, Remedy("Pin it", ("a",), action=object())}) == 2


@pytest.mark.parametrize("value", [Remedy("t", ()), ok("fine"), result(ok("fine")), report()])
def test_what_was_found_cannot_be_changed(value):
    name = value.__struct_fields__[0]
    with pytest.raises(AttributeError, match="immutable"):
        setattr(value, name, None)


def test_a_step_is_its_words_and_its_command():
    step = Step("Create it:", "mkdir x", "sh")
    assert step == "Create it: mkdir x"
    assert (step.words, step.command, step.shell) == ("Create it", "mkdir x", "sh")


def test_a_step_without_words_is_its_command():
    assert Step("", "mkdir x") == "mkdir x"


def test_a_command_of_several_lines_starts_on_a_line_of_its_own():
    assert Step("Point TEMP there", "a\nb") == "Point TEMP there:\na\nb"


def test_a_step_without_a_command_is_its_words():
    step = Step.of("Restart:")
    assert (step, step.words, step.command, step.needs_admin) == ("Restart:", "Restart:", "", False)
    assert Step.of(step) is step


def values_of(package):
    """Yield the structs that the modules of a package define."""
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        module = importlib.import_module(found.name)
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Struct) and value is not Struct:
                yield value


@pytest.mark.parametrize("kind", sorted(set(values_of(findings)), key=repr))
def test_a_value_cannot_be_changed(kind):
    assert kind.__struct_config__.frozen
