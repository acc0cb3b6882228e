"""A damaged or odd snapshot is refused, or scanned without any check that crashes."""

from __future__ import annotations

import json
from pathlib import Path

from budget import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from winasr_doctor import scan
from winasr_doctor.findings import Status
from winasr_doctor.machine.recorded import RecordedMachine, SnapshotError, decode_snapshot
from winasr_doctor.report import FORMATS, RenderOptions, render

MACHINES = Path(__file__).parents[2] / "examples" / "machines"
DOCUMENTS = [json.loads(file.read_bytes()) for file in sorted(MACHINES.glob("*.json"))]

ODD = st.sampled_from(
    [
        *("", " ", ".", "..", "/", "\\", "C:", "C:\\", "\\\\?\\", "\\\\server\\share", "x" * 5000),
        *("3.12", "3.x", "3.12.", "9" * 5000, "1." * 300, "\u00b2.\u00b2", "nan", "inf.0", "1e999"),
        *(
            "\u0130",
            "\u202e",
            "\x1b[31m",
            "\0",
            "<script>",
            "]]>",
            "a\nb",
            "| x |",
            "%TEMP%",
            "<set>",
        ),
        *(None, True, 0, -1, 2**63, 10**30, 1.5, 1e308, [], {}, [[]], ["x"], {"a": "b"}),
    ]
)


def places(value, path=()):
    """Yield where each value of a document lies."""
    yield path
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in items:
            yield from places(inner, (*path, key))


PLACES = [[place for place in places(document) if place] for document in DOCUMENTS]


@st.composite
def mutated(draw):
    number = draw(st.integers(0, len(DOCUMENTS) - 1))
    document = json.loads(json.dumps(DOCUMENTS[number]))
    for place in draw(st.lists(st.sampled_from(PLACES[number]), min_size=1, max_size=4)):
        inside = document
        try:
            for key in place[:-1]:
                inside = inside[key]
            inside[place[-1]] = draw(ODD | st.text(max_size=8))
        except (LookupError, TypeError):
            continue  # another mutation has replaced what is around it
    return json.dumps(document).encode()


@settings(max_examples=examples(60))
@given(mutated(), st.sampled_from(FORMATS))
def test_a_mutated_snapshot_is_refused_or_scanned(document, kind):
    snapshot = decoded(document)
    if isinstance(snapshot, SnapshotError):
        assert "\n" not in str(snapshot)
        return
    report = scan(RecordedMachine(snapshot))
    crashed = [(result.code, result.summary) for result in crashes(report)]
    assert crashed == []
    assert render(report, kind, RenderOptions()).encode("utf-8")


def crashes(report):
    return [result for result in report.results if result.status is Status.CRASH]


@settings(max_examples=examples(100))
@given(st.sampled_from(DOCUMENTS), st.data())
def test_damaged_bytes_are_refused_or_a_snapshot(document, data):
    encoded = bytearray(json.dumps(document).encode())
    for _ in range(data.draw(st.integers(1, 5))):
        encoded[data.draw(st.integers(0, len(encoded) - 1))] = data.draw(st.integers(0, 255))
    snapshot = decoded(bytes(encoded))
    assert not isinstance(snapshot, SnapshotError) or "\n" not in str(snapshot)


def decoded(document):
    try:
        return decode_snapshot(document)
    except SnapshotError as refused:
        return refused
