import json
from functools import cache

import jsonschema
import pytest
from msgspec.structs import replace
from sample_reports import ERROR, SILENCED, UNKNOWN, WARNING, healthy, mixed, nasty, report, result

from winasr_doctor import schemas
from winasr_doctor.findings import (
    Location,
    Remedy,
    RemedyPlan,
    Report,
    Severity,
    Stage,
    Step,
    Suppression,
    plan_of,
)
from winasr_doctor.report import render
from winasr_doctor.report.json import ReportError, decode_report


@cache
def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schemas.load("report-1"))


def read(subject):
    document = json.loads(render(subject, "json"))
    validator().validate(document)
    return document


def test_the_document_is_the_published_contract():
    document = read(report(ERROR))
    assert set(document) == {
        "schema", "tool", "host", "plan", "results", "unreadable", "counts", "verdict",
    }  # fmt: skip
    assert document["schema"] == "winasr-doctor/report/1"
    assert document["tool"] == {"name": "winasr_doctor", "version": "0.1.0"}
    assert document["verdict"] == "fail"
    assert document["results"] == [
        {
            "code": "ZZZ001",
            "family": "ZZZ",
            "title": ERROR.title,
            "status": "fail",
            "severity": "error",
            "summary": ERROR.summary,
            "location": None,
            "evidence": dict(ERROR.evidence),
            "remedies": [
                {"title": r.title, "steps": list(r.steps), "automatic": r.automatic}
                for r in ERROR.remedies
            ],
            "url": "docs/checks/ZZZ.md#zzz001",
        }
    ]


def test_the_plan_is_the_published_contract():
    steps = ("Stop the app", Step("Delete it", "rm x", "sh", needs_admin=True))
    done = Remedy("Make room", steps, automatic=True)
    assert read(report(result("TMP005", Severity.ERROR, "full", remedies=(done,))))["plan"] == [
        {
            "title": "Make room",
            "steps": [
                {"text": "Stop the app", "needs_admin": False},
                {"text": "Delete it", "command": "rm x", "needs_admin": True},
            ],
            "automatic": True,
            "cures": ["TMP005"],
        }
    ]


def with_plan(subject: Report) -> Report:
    """Return a report as it is read back: with its plan, of which the stages are not kept."""
    steps = (replace(step, stage=Stage.SETTINGS) for step in plan_of(subject).remedies)
    return replace(subject, plan=RemedyPlan(tuple(steps)))


def test_a_finding_in_the_source_has_its_location_there_and_in_the_evidence():
    (found,) = read(report(WARNING))["results"]
    place = {"file": "src/my app.py", "line": 12, "column": 5}
    assert found["location"] == place
    assert found["evidence"] == {**place, "call": "model.transcribe"}


def without_location(subject, **evidence) -> bytes:
    """Write a report as version 0.1 did."""
    document = json.loads(render(subject, "json"))
    del document["plan"]
    for found in document["results"]:
        del found["location"]
        found["evidence"] |= evidence
    validator().validate(document)
    return json.dumps(document).encode()


def test_a_report_of_the_first_version_keeps_its_places_and_suppressions():
    assert decode_report(without_location(mixed())) == mixed()


@pytest.mark.parametrize("place", [{"line": 0}, {"column": "5"}, {"file": None}])
def test_a_place_that_cannot_be_is_left_out_of_an_older_report(place):
    (found,) = decode_report(without_location(report(WARNING), **place)).results
    assert found.location is None


def test_evidence_does_not_become_a_location():
    one = result(evidence={"file": "a.wav", "line": 1, "column": 1})
    (found,) = decode_report(render(report(one), "json").encode()).results
    assert found.location is None


def test_a_suppression_can_be_read_back():
    (found,) = decode_report(render(report(SILENCED), "json").encode()).results
    assert found.location == Location("app.py", 4, 1)
    assert found.suppression == Suppression("measured")


def test_counts_are_by_severity_and_status():
    assert read(mixed())["counts"] == {
        "error": 1, "warning": 1, "info": 1, "pass": 1, "skip": 2, "unknown": 1, "crash": 1,
    }  # fmt: skip


def test_a_result_that_did_not_fail_has_no_severity():
    assert read(report(UNKNOWN))["results"][0]["severity"] is None


def test_it_is_indented_for_people_who_look():
    assert render(healthy(), "json").startswith('{\n  "schema": "winasr-doctor/report/1",\n')


def test_hostile_texts_are_kept_but_for_lone_surrogates():
    summary = "\x1b[31m\u202e<script>\x00\udc80"
    assert read(report(result(summary=summary)))["results"][0]["summary"] == (
        "\x1b[31m\u202e<script>\x00\\udc80"
    )
    read(nasty())


@pytest.mark.parametrize("subject", [healthy(), mixed()], ids=["healthy", "mixed"])
def test_a_report_can_be_read_back(subject):
    assert decode_report(render(subject, "json").encode()) == with_plan(subject)


def test_a_byte_order_mark_is_tolerated():
    document = render(mixed(), "json").encode("utf-8-sig")
    assert decode_report(document) == with_plan(mixed())


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b'{"schema": "\xff"}', "not valid JSON"),
        (b"[]", "does not fit the schema"),
        (b'{"schema": "winasr-doctor/report/2"}', "does not fit the schema"),
        (render(report(ERROR), "json").replace('"error",', "null,").encode(), "severity"),
    ],
)
def test_a_document_that_is_no_report_is_refused_in_one_sentence(document, words):
    with pytest.raises(ReportError, match=words):
        decode_report(document)
