"""Snapshots: reading, refusing, and replaying them."""

from __future__ import annotations

import pytest

from winasr_doctor.machine import (
    NotApplicable,
    RecordedMachine,
    SnapshotError,
    Unreadable,
    load_snapshot,
)
from winasr_doctor.machine import recorded as recorded_module
from winasr_doctor.machine.recorded import (
    UnreadableSection,
    decode_snapshot,
    encode_snapshot,
    record,
)
from winasr_doctor.testing import machine


def test_a_snapshot_survives_being_written_and_read():
    snapshot = machine().snapshot
    assert decode_snapshot(encode_snapshot(snapshot)) == snapshot


def test_recording_a_host_keeps_its_sections_and_the_reasons_of_missing_ones():
    host = machine(
        unreadable={"defender": UnreadableSection(reason="denied", needs="administrator")},
        not_applicable={"search_index": "no such service"},
    )
    copy = RecordedMachine(record(host))
    assert copy.places == host.places
    with pytest.raises(Unreadable, match="denied") as unreadable:
        _ = copy.defender
    assert unreadable.value.needs == "administrator"
    with pytest.raises(NotApplicable, match="no such service"):
        _ = copy.search_index


def test_a_section_that_a_snapshot_does_not_mention_is_unreadable():
    document = b"""{"schema": "winasr-doctor/snapshot/1", "recorded": "2026-01-01",
                    "tool": {"name": "x", "version": "1"}, "sections": {}}"""
    with pytest.raises(Unreadable, match="does not record memory"):
        _ = RecordedMachine(decode_snapshot(document)).memory


def test_a_name_that_is_not_unicode_is_written_with_a_replacement_character():
    subject = machine(unreadable={"memory": UnreadableSection(reason="no \udc80")})
    read = decode_snapshot(encode_snapshot(subject.snapshot))
    with pytest.raises(Unreadable, match="no \ufffd"):
        _ = RecordedMachine(read).memory


def test_a_byte_order_mark_is_tolerated():
    document = encode_snapshot(machine().snapshot)
    assert decode_snapshot(b"\xef\xbb\xbf" + document) == machine().snapshot


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        (b"", "not valid JSON"),
        (b"hello", "not valid JSON"),
        (b"\xff\xfe\x00", "not valid JSON"),
        (b'{"sections":' * 100_000, "not valid JSON|does not fit"),
        (b"[]", "does not fit the schema"),
        (b'{"schema": "winasr-doctor/snapshot/9"}', "snapshot/9"),
        (b'{"schema": "winasr-doctor/report/1"}', "report/1"),
    ],
)
def test_what_is_no_snapshot_is_refused_in_one_sentence(document, complaint):
    with pytest.raises(SnapshotError, match=complaint) as refused:
        decode_snapshot(document)
    assert "\n" not in str(refused.value)


def test_every_truncation_of_a_snapshot_is_refused():
    document = encode_snapshot(machine().snapshot).rstrip()
    for length in range(0, len(document), 97):
        with pytest.raises(SnapshotError):
            decode_snapshot(document[:length])


def test_a_misspelt_field_is_named():
    document = encode_snapshot(machine().snapshot).replace(b'"writable"', b'"writeable"', 1)
    with pytest.raises(SnapshotError, match="writeable"):
        decode_snapshot(document)


def test_a_huge_file_is_refused_without_reading_it_all(tmp_path, monkeypatch):
    monkeypatch.setattr(recorded_module, "MAX_SNAPSHOT_BYTES", 1024)
    huge = tmp_path / "huge.json"
    with huge.open("wb") as file:
        file.truncate(1024**3)  # sparse: a gigabyte on no disk
    with pytest.raises(SnapshotError, match="larger than"):
        load_snapshot(huge)


@pytest.mark.parametrize("name", ["missing.json", ".", "nul\0l.json"])
def test_a_file_that_cannot_be_read_is_named(tmp_path, name):
    with pytest.raises(SnapshotError, match="cannot read the snapshot"):
        load_snapshot(f"{tmp_path}/{name}")
