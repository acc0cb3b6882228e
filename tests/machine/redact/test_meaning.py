"""Redaction leaves the meaning: verdicts, keys, our own words, and which name is which."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from winasr_doctor.findings import Report
from winasr_doctor.machine import RecordedMachine, load_snapshot
from winasr_doctor.machine.model import (
    CachedRepo,
    Environment,
    HubCache,
    ModelFile,
    ModelFiles,
    Packages,
    SyncRoot,
    SyncRoots,
)
from winasr_doctor.machine.recorded import Snapshot, encode_snapshot
from winasr_doctor.machine.redaction import Redactor, redact_machine, redact_report, redact_snapshot
from winasr_doctor.scanning import scan
from winasr_doctor.testing import machine

MACHINES = sorted((Path(__file__).parents[3] / "examples" / "machines").glob("*.json"))
WORDS = ("main", "json", "temp", "user", "python", "nemo", "mark", "will", "server", "x", "path")


def outcomes(report: Report) -> list[tuple[object, ...]]:
    return [(r.code, r.status, r.severity) for r in report.results]


def texts(report: Report) -> list[str]:
    return [
        text
        for result in report.results
        for text in (result.summary, *(s for r in result.remedies for s in (r.title, *r.steps)))
    ]


def keys(value: object) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(key for item in value.values() for key in keys(item))]
    if isinstance(value, list):
        return [key for item in value for key in keys(item)]
    return []


@pytest.mark.parametrize("file", MACHINES, ids=lambda file: file.stem)
def test_a_user_called_like_a_word_changes_no_verdict_key_or_sentence(file):
    snapshot = load_snapshot(file)
    report = scan(RecordedMachine(snapshot))
    redacted = redact_snapshot(snapshot, Redactor(users=WORDS))
    assert outcomes(scan(RecordedMachine(redacted))) == outcomes(report)
    assert keys(msgspec.to_builtins(redacted)) == keys(msgspec.to_builtins(snapshot))
    nobody, everybody = Redactor(), Redactor(users=WORDS)
    assert redact_report(report, everybody) == redact_report(report, nobody)
    assert texts(redact_report(report, nobody)) == texts(report)  # they are redacted already


def test_a_user_called_like_a_word_is_replaced_where_a_user_stands():
    for word in WORDS:
        redacted = Redactor().text(rf"C:\Users\{word}\AppData\Local\Temp")
        assert rf"C:\Users\{word}\A" not in redacted
        assert redacted.endswith(r"\AppData\Local\Temp")


def sick() -> Snapshot:
    """Return a machine on which every kind of name stands in its own field."""
    home = r"C:\Users\ghopper"
    return machine(
        environment=Environment(
            variables={
                "TEMP": rf"{home}\OneDrive - Contoso\Temp",
                "HTTP_PROXY": "proxy01.corp.contoso.com:8080",
                "HTTPS_PROXY": "http://[fd00:abcd::17]:3128",
                "NO_PROXY": "localhost,.corp.contoso.com,10.20.30.40/8,fs77",
                "USERNAME": "ghopper",
                "USERDOMAIN": "CONTOSO",
                "LOGONSERVER": r"\\DC01",
                "COMPUTERNAME": "WS17",
                "MY_API_KEY": "0123456789",
                "PYTHONPATH": r"C:\Users\Ann Meyer;D:\x",
            }
        ),
        packages=Packages(
            versions={"torch": "2.9.1+cu128", "contoso-secret-lib": "1.0+apollo", "numpy": "2.4.6"}
        ),
        hub_cache=HubCache(
            path=rf"{home}\.cache\huggingface\hub",
            repos=(
                CachedRepo(repo_id="gracehopper/secret-project"),
                CachedRepo(repo_id="nvidia/parakeet-tdt-0.6b-v2"),
            ),
        ),
        sync_roots=SyncRoots(
            items=(
                SyncRoot(provider="OneDrive", path=rf"{home}\OneDrive - Contoso", source="HKCU"),
                SyncRoot(
                    provider="OneDrive",
                    kind="sharepoint",
                    path=rf"{home}\Fabrikam\Apollo - Documents",
                    source="HKCU",
                ),
            ),
            unread={"Dropbox": "[Errno 13] Permission denied: '\\\\\\\\fs01\\\\home\\\\x'"},
        ),
        model_files=ModelFiles(
            items=(
                ModelFile(
                    path=rf"{home}\m.nemo",
                    size=1,
                    form="unreadable",
                    error=r"CONTOSO\ghopper may not read D:\Fabrikam\m.nemo",
                ),
            )
        ),
    ).snapshot


NAMES = (
    *(
        "ghopper",
        "contoso",
        "proxy01",
        "fd00",
        "10.20.30.40",
        "fs01",
        "fs77",
        "dc01",
        "ws17",
        "meyer",
    ),
    *("0123456789", "apollo", "gracehopper", "secret-project", "secret-lib", "fabrikam"),
)


def test_every_field_is_redacted_by_what_it_holds():
    text = encode_snapshot(redact_snapshot(sick(), Redactor())).decode().casefold()
    text = text.replace("apollo - documents", "")  # the name of a folder, not of an organisation
    assert [name for name in NAMES if name in text] == []
    for stays in ("localhost,.", '"torch": "2.9.1+cu128"', "nvidia/parakeet-tdt-0.6b-v2", "/8,"):
        assert stays in text


def test_redacting_twice_changes_nothing():
    once = redact_snapshot(sick(), Redactor(users=["ghopper"]))
    assert redact_snapshot(once, Redactor()) == once
    assert redact_snapshot(once, Redactor(users=["ghopper", "ann"], hosts=["ws17"])) == once


def test_a_name_has_one_placeholder_in_every_document_of_a_machine():
    def all_of(redactor: Redactor) -> str:
        return encode_snapshot(redact_snapshot(sick(), redactor)).decode()

    host = RecordedMachine(sick())
    redactor = Redactor(users=["ghopper"])
    redact_machine(host, redactor)
    report = repr(redact_report(scan(host), redactor))
    snapshot = all_of(Redactor(users=["ghopper"]))
    placeholders = set(re.findall(r"\b(?:user|org|server)\d+x*\b", report))
    assert placeholders
    assert {each for each in placeholders if each not in snapshot} == set()
    assert all_of(redactor) == snapshot


def test_long_texts_take_time_in_proportion():
    """What looks like the beginning of a name everywhere; squared, it would never end."""
    for piece in (
        "C:\\Users\\a b ",
        "\\\\",
        "a@",
        "//x",
        "%41",
        "~a",
        "1.",
        "::",
        "a:b",
        "-",
        "x=",
    ):
        Redactor(users=["Grace Hopper"]).text(piece * (4_000 // len(piece)))
    Redactor(users=["Grace Hopper"]).text("a" * 1_000_000)


def test_a_report_keeps_the_names_of_its_facts():
    report = scan(RecordedMachine(sick()))
    redacted = redact_report(report, Redactor(users=["path", "provider", "kind"]))
    facts = [list(result.evidence) for result in redacted.results]
    assert facts == [list(result.evidence) for result in report.results]


def test_an_undecodable_file_name_does_not_stop_a_snapshot():
    host = machine(environment=Environment(variables={"HF_HOME": "/home/\udcffbob/\udc80x"}))
    redacted = redact_snapshot(host.snapshot, Redactor(users=["\udcffbob"]))
    text = encode_snapshot(redacted).decode()
    assert "bob" not in text
    assert "/\ufffdx" in text
