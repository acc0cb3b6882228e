"""`snapshot`: this very machine, redacted, replayed."""

from __future__ import annotations

import getpass
import json
import platform
import re

from winasr_doctor.machine import RecordedMachine, load_snapshot
from winasr_doctor.machine.live import LiveMachine
from winasr_doctor.machine.recorded import record
from winasr_doctor.machine.redaction import Redactor, redact_snapshot, this_machine
from winasr_doctor.scanning import scan


def test_a_snapshot_of_this_machine_can_be_scanned(run, tmp_path):
    assert run("snapshot", "-o", "machine.json").code == 0
    outcome = run("scan", "--snapshot", "machine.json", "--format", "json", "--fail-on", "never")
    assert outcome.code == 0
    assert len(json.loads(outcome.out)["results"]) > 40


def test_a_snapshot_does_not_name_this_machine(run, tmp_path):
    run("snapshot", "-o", "machine.json")
    text = (tmp_path / "machine.json").read_text(encoding="utf-8")
    # As a word: a random name in TEMP may hold a short one by chance.
    assert not re.search(rf"(?<![^\W_]){re.escape(platform.node())}(?![^\W_])", text, re.IGNORECASE)
    if getpass.getuser() != "root":
        assert getpass.getuser() not in text


def test_live_and_recorded_scans_agree():
    live = LiveMachine()
    snapshot = redact_snapshot(record(live), Redactor(**this_machine()))
    replayed = scan(RecordedMachine(snapshot))
    outcomes = [(r.code, r.status, r.severity) for r in scan(live).results]
    assert [(r.code, r.status, r.severity) for r in replayed.results] == outcomes


def test_a_snapshot_that_cannot_be_written_is_one_sentence(run):
    outcome = run("snapshot", "-o", "no/such/folder/machine.json")
    assert outcome.code == 2
    assert "cannot write" in outcome.err


def test_the_written_snapshot_loads(run, tmp_path):
    run("snapshot", "-o", "machine.json")
    assert load_snapshot(tmp_path / "machine.json").tool.name == "winasr_doctor"
