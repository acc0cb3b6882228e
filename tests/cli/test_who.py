"""`who`: text and JSON, files and folders, and paths that are not there."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import jsonschema
import pytest

from winasr_doctor import schemas
from winasr_doctor.locks.holders import Holder, Holding, Who

HOLD = "import os, sys; file = open(sys.argv[1]); print(os.getpid(), flush=True); sys.stdin.read()"


@pytest.fixture
def manifest(tmp_path):
    """A file below the current directory of the command."""
    file = tmp_path / "sub" / "manifest.json"
    file.parent.mkdir()
    file.write_text("{}\n", encoding="utf-8")
    return file


@pytest.fixture
def held(manifest):
    """The same file, which another process has open; its number."""
    command = [sys.executable, "-c", HOLD, str(manifest)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=manifest.parents[2]
    ) as other:
        yield int(other.stdout.readline())  # a virtual environment's python.exe starts another
        other.stdin.close()


def test_a_holder_has_its_command_line_its_start_and_a_next_step(run, manifest, held):
    outcome = run("who", manifest)
    assert outcome.code == 0
    lines = outcome.out.splitlines()
    assert lines[0] == str(manifest)
    assert f"(pid {held}): open file" in lines[1]
    assert lines[2].startswith("    command line: ")
    assert HOLD in lines[2]
    assert lines[3].startswith("    started: 2")
    assert lines[4].startswith("    known from: ")
    assert outcome.out.count("  - ") == 1
    assert "  - A Python program: let it finish or end it." in outcome.out


def test_below_a_folder_the_path_is_said(run, manifest, held):
    outcome = run("who", manifest.parent)
    assert f"    path: {manifest}" in outcome.out.splitlines()


def test_the_process_that_asks_is_left_out(run, manifest):
    with manifest.open(encoding="utf-8"):
        outcome = run("who", manifest)
    assert outcome.code == 0
    assert outcome.out.splitlines()[1].startswith("  No other program")
    assert "What to do next" not in outcome.out


def test_a_missing_path_is_one_sentence_and_the_others_are_answered(run, manifest):
    outcome = run("who", "missing", manifest)
    assert outcome.code == 2
    assert outcome.err.splitlines() == ["Error: missing does not exist"]
    assert str(manifest) in outcome.out.splitlines()
    assert "No other program" in outcome.out


def test_json_is_a_list_with_one_document_for_each_path(run, manifest, held):
    outcome = run("who", "--format", "json", manifest, "missing")
    assert outcome.code == 2
    documents = json.loads(outcome.out)
    for document in documents:
        jsonschema.validate(document, schemas.load("who-1"))
    found, missing = documents
    (holder,) = found["holders"]
    assert holder["who"] == "a child of this process"
    assert holder["pid"] == held
    assert holder["command_line"][1:] == ["-c", HOLD, str(manifest)]
    assert holder["kind"] == "a Python program"
    assert (found["exists"], missing["exists"], missing["holders"]) == (True, False, [])
    assert missing["undetermined"]


@pytest.mark.parametrize(
    ("process", "what", "words"),
    [
        ("MsMpEng.exe", "open file", "scan --select AVX"),
        ("OneDrive.exe", "open file", "scan --select SYN"),
        ("SearchIndexer.exe", "open file", "scan --select IDX"),
        ("python.exe", "memory map", "A Python program"),
        ("cmd.exe", "current directory", "A current directory"),
        ("vlc.exe", "open file", "Another program"),
    ],
)
def test_each_kind_of_holder_gets_one_next_step(run, monkeypatch, process, what, words):
    holders = tuple(Holder(Who.OTHER, 10**9, process, "x", what, "a test") for _ in range(2))
    monkeypatch.setattr("winasr_doctor.locks.who.holders_of", lambda path: Holding(path, holders))
    steps = run("who", "x").out.partition("What to do next")[2]
    assert words in steps
    assert steps.count("  - ") == 1


def test_a_path_is_required(run):
    assert run("who").code == 2


def test_a_cp1252_console_shows_any_name(tmp_path):
    file = tmp_path / "записи.json"
    file.touch()
    finished = subprocess.run(
        [sys.executable, "-m", "winasr_doctor", "who", str(file)],
        capture_output=True,
        check=False,
        env=os.environ | {"PYTHONIOENCODING": "cp1252"},
    )
    assert finished.returncode == 0
    assert b"has it open" in finished.stdout
