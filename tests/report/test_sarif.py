import json
from functools import cache
from pathlib import Path

import jsonschema
import pytest
from msgspec.structs import replace
from sample_reports import (
    CRASH,
    ERROR,
    NOTE,
    SILENCED,
    UNKNOWN,
    WARNING,
    healthy,
    mixed,
    nasty,
    report,
    result,
)

from winasr_doctor.findings import Documentation, Location, Severity
from winasr_doctor.report import render

OFFICIAL = Path(__file__).parent / "data" / "sarif-2.1.0-rtm.5.json"


@cache
def validator() -> jsonschema.Draft4Validator:
    return jsonschema.Draft4Validator(json.loads(OFFICIAL.read_bytes()))


def read(subject):
    """Render a report, hold it to the official schema, and return its only run."""
    document = json.loads(render(subject, "sarif"))
    validator().validate(document)
    (run,) = document["runs"]
    return run


def only_result(subject):
    (found,) = read(subject)["results"]
    return found


def test_the_official_schema_refuses_what_is_not_sarif():
    with pytest.raises(jsonschema.ValidationError):
        validator().validate({"version": "2.1.0", "runs": [{"results": []}]})


def test_a_healthy_machine_has_rules_and_no_results():
    run = read(healthy())
    assert run["results"] == []
    assert len(run["tool"]["driver"]["rules"]) == 64
    assert run["tool"]["driver"]["version"] == "0.1.0"
    assert run["columnKind"] == "unicodeCodePoints"


@pytest.mark.parametrize(("one", "level"), [(ERROR, "error"), (WARNING, "warning"), (NOTE, "note")])
def test_a_severity_is_a_level(one, level):
    assert only_result(report(one))["level"] == level


def test_a_rule_carries_the_checks_documentation():
    doc = Documentation("TEMP", "**What.** Where TEMP is.")
    (rule,) = read(report(replace(ERROR, documentation=doc)))["tool"]["driver"]["rules"]
    assert rule["id"] == "ZZZ001"
    assert rule["shortDescription"]["text"] == ERROR.title
    assert rule["fullDescription"]["text"] == "Where TEMP is."
    assert rule["help"]["markdown"] == doc.markdown


def test_results_point_at_their_rule():
    run = read(mixed())
    for found in run["results"]:
        assert run["tool"]["driver"]["rules"][found["ruleIndex"]]["id"] == found["ruleId"]


def test_a_finding_in_source_has_its_place():
    (place,) = only_result(report(WARNING))["locations"]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "src/my%20app.py"},
        "region": {"startLine": 12, "startColumn": 5},
    }


def test_a_finding_about_the_machine_has_a_logical_place():
    one = result("TMP001", Severity.ERROR, "TEMP is full")
    (place,) = only_result(report(one))["locations"]
    assert place["logicalLocations"][0]["fullyQualifiedName"] == "machine::TMP"
    assert "physicalLocation" not in place


def test_a_line_that_is_not_known_is_left_out():
    one = result("APP001", Severity.ERROR, "x", location=Location("a.py"))
    (place,) = only_result(report(one))["locations"]
    assert place["physicalLocation"] == {"artifactLocation": {"uri": "a.py"}}


def test_the_message_names_the_first_step():
    text = only_result(report(ERROR))["message"]["text"]
    assert text.startswith(
        f"{ERROR.summary}\n\nTo do: Use a scratch folder of the app's own: In Power"
    )


def test_a_summary_never_becomes_a_link():
    one = result("ZZZ001", Severity.ERROR, "[click](https://example.com)")
    assert "](" not in only_result(report(one))["message"]["text"]


def test_a_silenced_finding_is_suppressed_in_source_with_its_reason():
    assert only_result(report(SILENCED))["suppressions"] == [
        {"kind": "inSource", "status": "accepted", "justification": "measured"}
    ]


def test_where_nothing_is_silenced_that_is_said():
    assert only_result(report(ERROR))["suppressions"] == []


def test_unknown_crash_and_unreadable_input_are_notifications():
    (invocation,) = read(mixed())["invocations"]
    told = [(n["level"], n["message"]["text"]) for n in invocation["toolExecutionNotifications"]]
    assert told == [
        ("note", f"ZZZ004: {UNKNOWN.summary}"),
        ("error", f"ZZZ005: {CRASH.summary}"),
        ("warning", "cannot examine old.py: it is not UTF-8"),
    ]
    assert invocation["executionSuccessful"] is False
    assert read(report(UNKNOWN))["invocations"][0]["executionSuccessful"] is True


def fingerprints(*results):
    return [
        tuple(found["partialFingerprints"].values()) for found in read(report(*results))["results"]
    ]


def moved(file="src/my app.py", line=12, column=5, **changes):
    return result(
        "ZZZ002",
        Severity.WARNING,
        "other words",
        evidence={"call": "model.transcribe", **changes},
        location=Location(file, line, column),
    )


def test_a_fingerprint_stays_when_the_line_moves():
    before, after = moved(loop_lines="12-16"), moved(line=40, column=1, loop_lines="40-44")
    assert fingerprints(before) == fingerprints(after) == fingerprints(WARNING)


@pytest.mark.parametrize("changes", [{"file": "src/other.py"}, {"call": "other.transcribe"}])
def test_a_fingerprint_changes_with_the_file_and_the_code(changes):
    assert fingerprints(WARNING) != fingerprints(moved(**changes))


def test_two_alike_findings_have_two_fingerprints():
    assert len(set(fingerprints(WARNING, moved(line=40)))) == 2


def test_a_machines_fingerprint_does_not_depend_on_its_figures():
    full = [result("TMP003", Severity.ERROR, f"{n} GB free", evidence={"free": n}) for n in (1, 2)]
    assert fingerprints(full[0]) == fingerprints(full[1])


def test_hostile_texts_are_valid():
    read(nasty())
