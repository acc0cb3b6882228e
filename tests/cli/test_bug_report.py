"""`bug-report`: one file without names, which opens again, and a text that fits an issue."""

from __future__ import annotations

import email
import io
import json
import zipfile
from pathlib import Path

import jsonschema
import pytest

from winasr_doctor import schemas
from winasr_doctor.bug_report import sharing
from winasr_doctor.bug_report.archive import LeakError, refuse_names
from winasr_doctor.bug_report.collecting import shortened
from winasr_doctor.machine.redaction import Redactor

NAME = "adalovelace"
LOG = (
    "Traceback (most recent call last):\n"
    rf'  File "C:\Users\{NAME}\app.py", line 3, in f' + "\n"
    f"RuntimeError: CUDA out of memory, says {NAME} with hf_abcdefghijklmnopqrstuvwxyz012345\n"
)


@pytest.fixture
def report(run, sick, monkeypatch, tmp_path):
    """Return a function that makes a bug report of the machine whose TEMP lies in OneDrive."""
    monkeypatch.setenv("USERNAME", NAME)
    monkeypatch.setenv("WINASR_DOCTOR_STATE", str(tmp_path / "state"))  # not what others leave now
    Path("log.txt").write_text(LOG, encoding="utf-8")

    def make(*arguments):
        return run("bug-report", "--snapshot", sick, "--traceback", "log.txt", *arguments)

    return make


def members(file="winasr-bug-report.zip"):
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_the_file_names_nobody_and_says_what_is_in_it(report):
    outcome = report()
    assert outcome.code == 0
    held = members()
    assert all(NAME not in text and "hf_abc" not in text for text in held.values())
    for name in sorted(held.keys() - {"README.txt", "manifest.json"}):
        assert name in held["README.txt"]
        assert name in outcome.out
    assert {"machine.json", "report.md", "traceback.txt", "versions.txt"} <= held.keys()
    assert "nothing was sent" in outcome.out
    manifest = json.loads(held["manifest.json"])
    jsonschema.validate(manifest, schemas.load("bug-report-1"))
    jsonschema.validate(json.loads(held["report.json"]), schemas.load("report-1"))
    jsonschema.validate(json.loads(held["diagnosis.json"]), schemas.load("diagnosis-1"))
    jsonschema.validate(json.loads(held["leftovers.json"]), schemas.load("sweep-1"))
    assert manifest["replaced"]["user"] >= 1


def test_it_opens_again(report, run):
    report("-o", "r.zip")
    assert "SYN001" in run("scan", "--snapshot", "r.zip", "--select", "SYN").out
    assert "SYN001" in run("r.zip", "--select", "SYN").out
    assert "Known as: gpu-out-of-memory" in run("explain", "r.zip").out
    assert "Known as: gpu-out-of-memory" in run("explain", "--traceback", "r.zip").out


def test_the_json_describes_what_was_written(report):
    document = json.loads(report("--format", "json", "-o", "r.zip").out)
    jsonschema.validate(document, schemas.load("bug-report-written-1"))
    assert Path(document["file"]) == Path("r.zip").absolute()
    assert "gpu-out-of-memory" in document["markdown"]


def test_a_name_that_is_left_stops_it(report, monkeypatch):
    monkeypatch.setattr(Redactor, "text", lambda _self, text, prose=False: text)
    outcome = report()
    assert (outcome.code, outcome.out) == (1, "")
    assert "is still in" in outcome.err
    assert not Path("winasr-bug-report.zip").exists()


def test_the_plain_search_does_not_need_the_redactor(report, monkeypatch):
    monkeypatch.setattr(Redactor, "text", lambda _self, text, prose=False: text)
    monkeypatch.setattr(Redactor, "remaining", lambda _self, _text: ())
    outcome = report()
    assert outcome.code == 1
    assert f"the name '{NAME}' is still in" in outcome.err


@pytest.mark.parametrize("name", ["report", "checks", "Confidence", "snapshot", "Will"])
def test_a_user_may_be_called_like_a_word_of_ours(report, name):
    Path("log.txt").write_text(LOG.replace(NAME, name), encoding="utf-8")
    outcome = report()
    assert (outcome.code, outcome.err) == (0, "")


def test_a_digest_holds_no_name_by_chance():
    digest = f"{'0' * 30}ada{'1' * 31}"
    redactor = Redactor(users=["ada"])
    refuse_names(archive(manifest_json=digest.encode()), redactor)
    with pytest.raises(LeakError):
        refuse_names(archive(manifest_json=f"{digest} ada".encode()), redactor)


def test_known_names_are_found_in_any_spelling():
    redactor = Redactor(users=["Ada Lovelace"])
    assert redactor.remaining("C:\\\\Users\\\\ada.lovelace\\\\x and ALovelace")
    assert redactor.remaining(redactor.text(r"C:\Users\Ada Lovelace\x, ALovelace")) == ()


@pytest.mark.parametrize("tracker", ["https://example.org/o/r/issues", None])
def test_the_text_and_the_address_fit(report, monkeypatch, tracker):
    monkeypatch.setattr(sharing, "issue_tracker", lambda: tracker)
    monkeypatch.setattr(sharing, "_lines", lambda _report: (f"- {'é%' * 60}" for _ in range(200)))
    outcome = report("--format", "json")
    assert outcome.code == 0, outcome.err
    document = json.loads(outcome.out)
    assert len(document["markdown"]) <= sharing.MOST_MARKDOWN
    assert "more in the attached file" in document["markdown"]
    assert document["markdown"].endswith("</details>\n")
    if tracker is None:
        assert document["address"] is None
    else:
        assert document["address"].startswith(f"{tracker}/new?template=bug.yml&title=gpu-out-of")
        assert len(document["address"].encode()) < sharing.MOST_ADDRESS


@pytest.mark.parametrize("label", ["Issues", "Bug Tracker", "issue-tracker"])
def test_the_tracker_comes_from_the_package(monkeypatch, label):
    urls = "Project-URL: Source, https://example.org/o/r\n"
    urls += f"Project-URL: {label}, https://example.org/o/r/issues/\n"
    monkeypatch.setattr(sharing, "metadata", lambda _name: email.message_from_string(urls))
    monkeypatch.setattr(sharing, "find_address", lambda: "https://github.com/a/fork.git")
    assert sharing.issue_tracker() == "https://example.org/o/r/issues"


@pytest.mark.parametrize(
    ("origin", "tracker"),
    [
        ("https://github.com/o/my.repo.git", "https://github.com/o/my.repo/issues"),
        ("https://github.com/o/r", "https://github.com/o/r/issues"),
        ("https://github.com/o/r/archive/refs/heads/main.zip", "https://github.com/o/r/issues"),
        ("https://github.com/o/r/releases/download/v1/x.whl", None),
        ("https://github.com.example.org/o/r", None),
        ("https://example.org/o/r.git", None),
        (None, None),
    ],
)
def test_without_one_it_is_that_of_the_repository_on_github(monkeypatch, origin, tracker):
    monkeypatch.setattr(sharing, "metadata", lambda _name: email.message_from_string(""))
    monkeypatch.setattr(sharing, "find_address", lambda: origin)
    assert sharing.issue_tracker() == tracker


@pytest.mark.parametrize(
    ("tracker", "origin", "said"),
    [
        ("https://example.org/o/r/-/tickets", None, "Or open this address:\nhttps://example.org"),
        (None, "https://example.org/x.zip", "this installation came from:\nhttps://example.org"),
        (None, None, "This package has no address for issues"),
    ],
)
def test_it_says_where_to_report(report, monkeypatch, tracker, origin, said):
    monkeypatch.setattr(sharing, "issue_tracker", lambda: tracker)
    monkeypatch.setattr("winasr_doctor.bug_report.showing.find_address", lambda: origin)
    out = report().out
    assert said in out
    assert out.count("https://") == (tracker or origin or "").count("https://")


def test_the_form_has_the_field_that_the_address_fills_in():
    form = Path(__file__).parents[2] / ".github" / "ISSUE_TEMPLATE" / sharing.TEMPLATE
    assert f"id: {sharing.FIELD}\n" in form.read_text(encoding="utf-8")


def test_the_last_run_is_in_it(report, monkeypatch):
    kept = {"schema": "winasr-doctor/run/1", "left": [rf"C:\Users\{NAME}\x"]}
    monkeypatch.setattr("winasr_doctor.run.json.last", lambda: kept)
    report()
    last_run = members()["last-run.json"]
    assert "winasr-doctor/run/1" in last_run
    assert NAME not in last_run


def test_a_long_log_keeps_its_beginning_and_its_end():
    log = "first" + "x" * 10**6 + "last"
    kept = shortened(log)
    assert len(kept) < 201_000
    assert (kept[:5], kept[-4:]) == ("first", "last")
    assert "characters left out" in kept


def archive(**held):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in held.items():
            made.writestr(name.replace("_", "."), content)
    return written.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        archive(other_txt=b""),
        archive(machine_json=b"{}"),
        archive(machine_json=b" " * (65 * 2**20), traceback_txt=b" " * (17 * 2**20)),
        archive(machine_json=b"x", traceback_txt=b"x" * 99)[:80],
        b"PK\x03\x04",
    ],
    ids=["no member", "no snapshot", "too large", "cut off", "no archive"],
)
@pytest.mark.parametrize("command", [("scan", "--snapshot"), ("explain",)])
def test_a_strange_archive_is_one_sentence(run, content, command):
    Path("r.zip").write_bytes(content)
    outcome = run(*command, "r.zip")
    assert (outcome.code, outcome.out, len(outcome.err.splitlines())) == (2, "", 1)


def test_a_file_that_cannot_be_written_is_one_sentence(report):
    outcome = report("-o", "no/such/folder/r.zip")
    assert (outcome.code, outcome.out, len(outcome.err.splitlines())) == (2, "", 1)
