import re
from xml.etree import ElementTree as ET

import pytest
from sample_reports import (
    CRASH,
    ERROR,
    NOTE,
    PASS,
    SKIP,
    UNKNOWN,
    WARNING,
    healthy,
    mixed,
    nasty,
    report,
    result,
)

from winasr_doctor.findings import Location, Report, Severity
from winasr_doctor.report import render

SUITE_ATTRIBUTES = {"name", "tests", "failures", "errors", "skipped", "time"}
CASE_ATTRIBUTES = {"classname", "name", "time"}
OUTCOMES = {"skipped", "error", "failure", "system-out"}


def read(subject: Report) -> ET.Element:
    """Parse a report and hold it to the shape of Jenkins' junit-10.xsd."""
    root = ET.fromstring(render(subject, "junit").encode())  # noqa: S314 - our own
    assert root.tag == "testsuites"
    for suite in root:
        assert suite.tag == "testsuite"
        assert set(suite.attrib) == SUITE_ATTRIBUTES
        assert [child.tag for child in suite][:1] == ["properties"]
        assert {child.tag for child in suite[1:]} <= {"testcase"}
        for entry in suite[0]:
            assert set(entry.attrib) == {"name", "value"}
        for case in suite[1:]:
            assert set(case.attrib) == CASE_ATTRIBUTES
            assert len(case) <= 1
            assert {child.tag for child in case} <= OUTCOMES
    for element in (root, *root):
        cases = list(element.iter("testcase"))
        for attribute, tag in {
            "failures": "failure",
            "errors": "error",
            "skipped": "skipped",
        }.items():
            assert int(element.get(attribute)) == sum(case.find(tag) is not None for case in cases)
        assert int(element.get("tests")) == len(cases)
    return root


def only_case(subject: Report) -> ET.Element:
    (case,) = read(subject).iter("testcase")
    return case


def test_a_suite_is_a_family_and_a_case_a_result():
    root = read(healthy())
    assert [suite.get("name") for suite in root][:2] == ["TMP temp location", "SYN cloud sync"]
    assert {suite.get("tests") for suite in root} == {"8"}
    assert root.get("tests") == "64"


@pytest.mark.parametrize(
    ("one", "tags"),
    [
        (PASS, []),
        (ERROR, ["failure"]),
        (WARNING, ["system-out"]),
        (NOTE, ["system-out"]),
        (UNKNOWN, ["skipped"]),
        (SKIP, ["skipped"]),
        (CRASH, ["error"]),
    ],
    ids=["pass", "error", "warning", "info", "unknown", "skip", "crash"],
)
def test_a_result_becomes(one, tags):
    assert [child.tag for child in only_case(report(one))] == tags


def test_a_failure_holds_summary_steps_and_evidence():
    (failure,) = only_case(report(ERROR))
    start = "To do: Use a scratch folder of the app's own: In PowerShell: New-Item"
    assert failure.get("message").startswith(f"{ERROR.summary}. {start}")
    assert failure.get("type") == "ZZZ001"
    assert "  1. In PowerShell: New-Item" in failure.text
    assert '"kind": "business"' in failure.text


def test_a_skipped_case_says_why():
    (skipped,) = only_case(report(UNKNOWN))
    assert skipped.get("message") == UNKNOWN.summary


def test_a_crash_holds_its_traceback():
    (error,) = only_case(report(CRASH))
    assert "Traceback (most recent call last):\nValueError: seven" in error.text


def test_cases_have_names_of_their_own_that_do_not_depend_on_the_line():
    moved = result("ZZZ002", Severity.WARNING, "x", location=Location("src/my app.py", 99))
    names = [case.get("name") for case in read(report(WARNING, moved)).iter("testcase")]
    assert names == [
        "ZZZ002 TEMP lies in a bad place [src/my app.py]",
        "ZZZ002 TEMP lies in a bad place [src/my app.py] #2",
    ]


def test_the_machine_is_among_the_properties():
    properties = {p.get("name"): p.get("value") for p in read(report(PASS)).iter("property")}
    assert properties["tool"] == "winasr_doctor 0.1.0"
    assert properties["torch"] == "2.9.1+cu128"


def test_input_that_could_not_be_examined_is_an_error():
    suite = read(mixed())[-1]
    assert suite.get("name") == "input"
    assert suite[1][0].get("message") == "cannot examine old.py: it is not UTF-8"


def test_hostile_texts_arrive_as_text():
    read(nasty())
    (failure,) = only_case(report(result("ZZZ001", Severity.ERROR, "]]><x>\x00\x1b\ud800\ufffe")))
    assert failure.get("message") == "]]><x>\\x00\\x1b\\ud800\\ufffe"


def test_the_declaration_says_utf_8():
    assert re.match(
        r'<\?xml version="1.0" encoding="utf-8"\?>\n<testsuites', render(mixed(), "junit")
    )
