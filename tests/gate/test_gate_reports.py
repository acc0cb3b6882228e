"""The gate's formats: each is well formed, and each says the verdict."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from markdown_it import MarkdownIt
from msgspec import structs

from winasr_doctor import schemas
from winasr_doctor.findings import Report
from winasr_doctor.gate import Acceptance, Case, Gate, GateStep, StepState
from winasr_doctor.gate.accepted_findings import accept
from winasr_doctor.gate.provenance import App, Package, Provenance
from winasr_doctor.gate.reports import FORMATS, render
from winasr_doctor.report import RenderOptions

from .conftest import SHA, step

NASTY = "a|b <script> `x` @someone \x1b[31m \udc80 ]]> &amp; 語"


@pytest.fixture
def failed(report: Report) -> Gate:
    """Return a gate in which everything went wrong that can, with nasty texts."""
    accepted = accept(report, [Acceptance("SYN001", dt.date(2030, 1, 1), NASTY)], dt.date.min)
    facts = {"real_time_factor": 0.5, "load_seconds": 1.0, "injected": {"unlink:32*1": 2}}
    cases = (
        Case("without faults", StepState.PASS, "", 1.25, facts),
        Case("under unlink:32*1", StepState.FAIL, NASTY, 0.5),
        Case("under unlink:32*1", StepState.UNKNOWN, "no idea"),
    )
    return Gate(
        (
            step("scan", StepState.WARN),
            step("suite", StepState.PASS, StepState.SKIP),
            GateStep("selftest", "Self-test", NASTY, cases),
            step("tests", StepState.UNKNOWN, required=False),
            step("tested", StepState.WARN),
        ),
        accepted.report,
        Provenance(
            {"winasr_doctor": "1.2.3", "platform": NASTY, "torch": None},
            {"a.wav": SHA},
            Package(True, SHA, ("winasr_doctor/x.py",)),
            App(3, SHA, "c" * 40, dirty=True),
        ),
        ("The acceptance of TMP001 ended.",),
        12.5,
    )


@pytest.fixture(params=["passed", "failed", "without a scan"])
def outcome(request: pytest.FixtureRequest, passed: Gate, failed: Gate) -> Gate:
    return {"passed": passed, "failed": failed, "without a scan": replace(passed, report=None)}[
        request.param
    ]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_can_be_written_and_ends_in_a_newline(outcome: Gate, name: str):
    document = render(outcome, name)
    assert document.endswith("\n")
    assert "\x1b" not in document
    document.encode()


@pytest.mark.parametrize("name", ["text", "markdown", "junit"])
def test_a_python_that_was_scanned_from_outside_is_named(failed: Gate, name: str):
    assert failed.report is not None
    assert "scanned from outside" not in render(failed, name)
    host = {**failed.report.host, "interpreter": "/opt/asr/bin/python", "python": "3.12.1"}
    report = structs.replace(failed.report, host=host)
    document = " ".join(render(replace(failed, report=report), name).split())
    assert "scanned from outside" in document
    assert "Python 3.12.1 (/opt/asr/bin/python)" in document


def test_an_unknown_format_is_named(passed: Gate):
    with pytest.raises(ValueError, match="text, json, junit, markdown"):
        render(passed, "yaml")


def test_the_json_fits_its_schema(outcome: Gate):
    document = json.loads(render(outcome, "json"))
    jsonschema.Draft202012Validator(schemas.load("gate-1")).validate(document)
    assert document["verdict"] == outcome.verdict.value


def test_the_shipped_schema_is_up_to_date():
    how = "`python -m winasr_doctor.schemas` writes it anew"
    assert schemas.load("gate-1") == schemas.generate("gate-1"), how


@pytest.mark.parametrize("change", [{"verdict": "good"}, {"steps": None}, {"tested": {}}])
def test_the_schema_refuses_what_is_none(passed: Gate, change: dict[str, object]):
    document = json.loads(render(passed, "json")) | change
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schemas.load("gate-1"))


def test_the_json_tells_what_was_accepted(failed: Gate):
    (accepted,) = json.loads(render(failed, "json"))["accepted"]
    assert (accepted["code"], accepted["was"], accepted["until"]) == (
        "SYN001",
        "error",
        "2030-01-01",
    )


def junit(outcome: Gate) -> ET.Element:
    return ET.fromstring(render(outcome, "junit").encode())  # noqa: S314 - our own


def test_the_junit_file_has_the_shape_of_jenkins(outcome: Gate):
    root = junit(outcome)
    assert root.tag == "testsuites"
    for suite in root:
        assert set(suite.attrib) == {"name", "tests", "failures", "errors", "skipped", "time"}
        cases = suite.findall("testcase")
        assert int(suite.get("tests")) == len(cases) > 0
        assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
        assert int(suite.get("skipped")) == len(suite.findall("testcase/skipped"))
        names = [(case.get("classname"), case.get("name")) for case in cases]
        assert len(set(names)) == len(names)
    assert int(root.get("tests")) == len(list(root.iter("testcase")))
    assert int(root.get("failures")) == len(list(root.iter("failure")))


def test_the_junit_file_fails_when_and_only_when_the_gate_does(passed: Gate, failed: Gate):
    assert junit(passed).get("failures") == "0"
    broken = {
        case.get("name")
        for case in junit(failed).iter("testcase")
        if case.find("failure") is not None
    }
    assert {"verdict", "selftest", "under unlink:32*1"} <= broken


def test_the_junit_file_has_the_checks_of_the_scan(passed: Gate):
    names = " ".join(case.get("name") for case in junit(passed).iter("testcase"))
    assert "SYN001" in names


def test_a_step_that_is_unknown_and_required_is_a_failure(passed: Gate):
    unknown = replace(passed, steps=(step("selftest", StepState.UNKNOWN),))
    suite = junit(unknown)[0]
    assert suite.get("failures") == "2"  # the verdict and the step


def test_the_markdown_is_what_it_says_when_rendered(failed: Gate):
    html = MarkdownIt("gfm-like", {"linkify": False}).render(render(failed, "markdown"))
    assert "<script>" not in html
    assert "❌" in html
    for word in ("selftest", "Accepted", "SYN001", "Measured", "c" * 12, "changed since"):
        assert word in html
    rows = [row for row in html.split("<tr>") if "<td>selftest</td>" in row]
    assert rows[0].count("<td>") == 4


def test_colour_is_not_shown_as_text(failed: Gate):
    text = render(failed, "text", RenderOptions(colour=True))
    assert "\x1b[" in text
    assert "\\x1b[1" not in text


def test_the_text_names_what_failed_and_why(failed: Gate):
    text = render(failed, "text")
    assert text.endswith("\n\nGate failed: selftest (12 s)\n")
    assert text.index("no idea") < text.index("SYN001") < text.index("sha256")
    assert "UNKNOWN under unlink:32*1: no idea" in text
    assert "Note: The acceptance of TMP001 ended." in text
    assert "SYN001" in text


def test_what_passed_is_listed_when_asked_for(passed: Gate):

    assert "case 0" not in render(passed, "text")
    assert "case 0" in render(passed, "text", RenderOptions(verbose=True))
