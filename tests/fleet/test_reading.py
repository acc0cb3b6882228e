"""Every kind of collected file becomes a row, and a broken one a reason."""

import gzip
import json
import os

import pytest

from winasr_doctor.findings import Severity, Verdict, plan_of
from winasr_doctor.fleet.collected import CollectedFile, collected_files, pseudonym
from winasr_doctor.fleet.examining import examine
from winasr_doctor.fleet.reading import MOST_BYTES
from winasr_doctor.fleet.rows import MachineRow, UnreadFile
from winasr_doctor.machine import RecordedMachine, load_snapshot
from winasr_doctor.machine.examples import example_file, example_names
from winasr_doctor.report import RenderOptions, render
from winasr_doctor.scanning import scan


def rows(collection, **options):
    return list(examine([collection.folder], **options))


@pytest.fixture(scope="module")
def onedrive():
    return scan(RecordedMachine(load_snapshot(example_file("temp-in-onedrive"))))


@pytest.mark.parametrize("suffix", [".json", ".json.gz", ".zip"])
def test_a_snapshot_is_scanned_whatever_it_is_packed_in(collection, suffix):
    collection.add(f"PC-1{suffix}", "temp-in-onedrive")
    (row,) = rows(collection)
    assert (row.key, row.source, row.verdict) == ("PC-1", "snapshot", Verdict.FAIL)
    assert "SYN001" in row.codes
    assert row.recorded == "2026-11-21"
    assert row.values["torch"] == "2.9.1+cu128"
    assert row.remedies[0].cures


def test_a_report_and_a_digest_say_the_same_as_the_snapshot(collection, onedrive):
    collection.add("a.json", "temp-in-onedrive")
    collection.write("b.json", render(onedrive, "json").encode())
    collection.write("c.json", render(onedrive, "digest").encode())
    snapshot, report, digest = rows(collection)
    assert [row.source for row in (snapshot, report, digest)] == ["snapshot", "report", "digest"]
    assert snapshot.codes == report.codes == digest.codes
    assert snapshot.remedies == report.remedies
    assert snapshot.verdict is report.verdict is digest.verdict
    assert {each.code: each.level for each in snapshot.findings} == {
        each.code: each.level for each in digest.findings
    }


@pytest.mark.parametrize("name", example_names())
def test_a_row_says_what_a_scan_says_of_every_example(collection, name):
    collection.add("PC-1.json", name)
    (row,) = rows(collection)
    report = scan(RecordedMachine(load_snapshot(example_file(name))))
    assert row.codes == {each.code for each in report.failing if each.severity is not Severity.INFO}
    assert [each.title for each in row.remedies] == [
        each.title for each in plan_of(report).remedies
    ]


def test_several_digests_in_a_file_are_several_machines(collection, onedrive):
    line = render(onedrive, "digest", RenderOptions(pseudonym="abc")).encode()
    collection.write("all.json", line + render(onedrive, "digest").encode())
    assert [row.key for row in rows(collection)] == ["abc", "all:2"]


def test_a_scan_that_failed_there_is_said(collection):
    collection.write("PC-1.json", b'{"v":1,"t":"","s":"crash","e":0,"w":0}\r\n')
    assert rows(collection) == [UnreadFile("PC-1", "the scan itself failed on that machine")]


BROKEN = {
    "empty": b"",
    "cut off": b'{"schema": "winasr-doctor/snapshot/1", "tool": {',
    "another schema": b'{"schema": "winasr-doctor/snapshot/9"}',
    "not ours": b'{"hello": [1, 2]}',
    "a list": b"[]",
    "deep": b"[" * 100_000,
    "binary": bytes(range(256)),
    "a cut archive": b"PK\x03\x04 and no more",
    "a cut gzip": gzip.compress(b"x" * 1000)[:20],
    "a bomb": gzip.compress(b" " * (MOST_BYTES + 1)),
    "too large": b" " * (MOST_BYTES + 1),
    "a digest of lies": b'{"v":1,"t":"","s":"maybe","e":0,"w":0}',
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_named_with_a_reason_and_stops_nothing(collection, content):
    collection.write("broken.json", content)
    collection.add("whole.json", "healthy")
    broken, whole = rows(collection)
    assert isinstance(broken, UnreadFile)
    assert broken.name in ("broken.json", "broken")
    assert broken.reason
    assert len(broken.reason) <= 200
    assert "\n" not in broken.reason
    assert whole.verdict is Verdict.PASS


def test_a_snapshot_of_many_things_is_read_and_one_of_too_many_is_not(collection):
    snapshot = json.loads(example_file("google-drive-mirror").read_bytes())
    files = snapshot["sections"]["model_files"]
    (item, *_) = files["items"]
    files["items"] = [{**item, "path": f"{item['path']}{number}"} for number in range(1_100)]
    collection.write("many.json", json.dumps(snapshot).encode())
    files["items"] *= 3
    collection.write("more.json", json.dumps(snapshot).encode())
    many, more = rows(collection)
    assert "NEM006" in many.codes
    assert many.remedies == ()  # making a plan would take as long as all other machines
    assert more == UnreadFile("more.json", "it is too large for a snapshot")


@pytest.mark.skipif(os.name == "nt", reason="the paths here are of a POSIX machine")
def test_a_link_and_a_pipe_are_not_read(collection, tmp_path):
    secret = tmp_path / "secret.json"
    secret.write_text("{}")
    (collection.folder / "a.json").symlink_to(secret)
    (collection.folder / "folder").symlink_to(tmp_path)
    os.mkfifo(collection.folder / "b.json")
    link, pipe = rows(collection)
    assert "link" in link.reason
    assert "pipe" in pipe.reason


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("PC-1.json", "PC-1"),
        ("PC.1.json.gz", "PC.1"),
        ("site/PC-1.zip", "site/PC-1"),
        ("PC-1/C:/ProgramData/snapshot.json", "PC-1"),
        ("PC-1/report.json.gz", "PC-1"),
        ("snapshot.json", "snapshot"),
    ],
)
def test_a_machine_is_named_after_its_file_or_its_folder(tmp_path, name, key):
    assert CollectedFile(tmp_path / name, name).key == key


def test_files_come_in_the_order_of_their_names_and_others_are_passed_over(collection):
    for name in ("b.json", "a.json", "notes.txt", "picture.png"):
        collection.write(name, b"")
    assert [file.name for file in collected_files(collection.folder)] == ["a.json", "b.json"]


def test_a_salt_hides_every_name_and_keeps_machines_apart(collection):
    collection.add("PC-1.json", "healthy")
    collection.add("PC-2.json", "healthy")
    collection.write("PC-3.json", b"broken")
    first, second, broken = rows(collection, salt="secret")
    assert first.key == pseudonym("PC-1", "secret") != second.key
    assert "PC" not in f"{first}{second}{broken}"
    assert pseudonym("PC-1", "another") != first.key


def test_several_processes_give_the_same_rows_in_the_same_order(collection):
    for number in range(5):
        collection.add(f"PC-{number}.json", "healthy")
    collection.write("broken.json", b"{")
    alone = rows(collection, processes=1)
    assert rows(collection, processes=2) == alone
    assert sum(isinstance(row, MachineRow) for row in alone) == 5
