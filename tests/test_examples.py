"""The recorded machines under `examples/`: each gives exactly the findings it was made for."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from winasr_doctor import schemas
from winasr_doctor.appsource import read_application
from winasr_doctor.findings import Severity, Status, Verdict
from winasr_doctor.machine import RecordedMachine, load_snapshot
from winasr_doctor.scanning import scan

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
MACHINES = sorted((EXAMPLES / "machines").glob("*.json"))

EXPECTED = {
    "healthy": (set(), set(), set()),
    "temp-in-onedrive": ({"SYN001"}, {"TMP006", "IDX001"}, set()),
    "defender-unreadable": (set(), set(), {"AVX002", "AVX003", "AVX004", "AVX005"}),
    "broad-exclusions": (set(), {"AVX003", "AVX004"}, set()),
    "broken-revision": ({"NEM010", "REV001"}, set(), set()),
    "cpu-torch-on-gpu": ({"ENV005", "NEM003"}, {"ENV003"}, set()),
    "google-drive-mirror": ({"NEM006"}, {"SYN003", "SYN005", "ENV001"}, set()),
    "service-account": (
        {"TMP002", "TMP005", "ENV002"},
        {"TMP009", "ENV001"},
        {"IDX001", "IDX002", "IDX003"},
    ),
    "ramdisk-temp": ({"TMP004", "TMP005"}, {"TMP003", "TMP004", "AVX007"}, set()),
    "protected-folders": ({"TMP008", "NEM002"}, {"AVX006", "IDX001", "ENV010"}, set()),
}
"""Codes at error level, at warning level, and unknown. Notes are not listed."""


def examine(machine):
    app = None
    if machine == "broken-revision":
        app = read_application([str(EXAMPLES / "apps" / "pinned_canary.py")])
    snapshot = load_snapshot(EXAMPLES / "machines" / f"{machine}.json")
    return scan(RecordedMachine(snapshot, app=app))


def test_every_machine_has_an_expectation():
    assert {file.stem for file in MACHINES} == set(EXPECTED)


@pytest.mark.parametrize("machine", EXPECTED)
def test_a_machine_gives_exactly_its_findings(machine):
    report = examine(machine)
    errors, warnings, unknown = EXPECTED[machine]
    assert {r.code for r in report.results if r.severity is Severity.ERROR} == errors
    assert {r.code for r in report.results if r.severity is Severity.WARNING} == warnings
    assert {r.code for r in report.results if r.status is Status.UNKNOWN} == unknown
    assert not [r.summary for r in report.results if r.status is Status.CRASH]
    wanted = Verdict.FAIL if errors else Verdict.WARN if warnings else Verdict.PASS
    assert report.verdict is wanted


@pytest.mark.parametrize("file", MACHINES, ids=lambda file: file.stem)
def test_a_machine_fits_the_published_schema_and_says_that_it_is_made_up(file):
    document = json.loads(file.read_text(encoding="utf-8"))
    jsonschema.validate(document, schemas.load("snapshot-1"))
    assert document["hand_made"] is True
    assert document["note"].startswith("Hand-made from documented formats")


def test_the_truncated_pin_is_found_at_its_literal_through_the_table():
    (finding,) = [r for r in examine("broken-revision").results if r.code == "REV001"]
    assert "31 of 40" in finding.summary
    assert finding.evidence["file"].endswith("pinned_canary.py")
    assert (finding.evidence["line"], finding.evidence["column"]) == (5, 26)
    assert "2399591399e4e6438fa7804f2f1f66013aa5be77" in str(finding.remedies)
