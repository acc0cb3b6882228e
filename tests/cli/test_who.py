"""`who`: text and JSON, files and folders, and paths that are not there."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest


@pytest.fixture
def manifest(tmp_path):
    """A file in the current directory of the command."""
    file = tmp_path / "sub" / "manifest.json"
    file.parent.mkdir()
    file.write_text("{}\n", encoding="utf-8")
    return file


def test_a_file_that_we_have_open_names_the_object_and_how_it_is_known(run, manifest):
    with manifest.open(encoding="utf-8"):
        outcome = run("who", manifest)
    assert outcome.code == 0
    lines = outcome.out.splitlines()
    assert lines[0] == str(manifest)
    assert lines[1].startswith("  this process (py")
    assert lines[1].endswith("open file, file object opened for reading")
    assert lines[2].startswith("    known from: ")


def test_below_a_folder_the_path_is_said(run, manifest):
    with manifest.open(encoding="utf-8"):
        outcome = run("who", manifest.parent)
    assert f"    path: {manifest}" in outcome.out.splitlines()


def test_nobody_is_an_answer_and_not_an_error(run, manifest):
    outcome = run("who", manifest)
    assert outcome.code == 0
    assert outcome.out.splitlines()[1].endswith(" has it open")
    assert outcome.out.splitlines()[1].startswith("  nobody")


def test_a_missing_path_is_one_sentence_and_the_others_are_answered(run, manifest):
    outcome = run("who", "missing", manifest)
    assert outcome.code == 2
    assert outcome.err.splitlines() == ["Error: missing does not exist"]
    assert str(manifest) in outcome.out.splitlines()
    assert "nobody" in outcome.out


def test_json_is_a_list_with_one_object_for_each_path(run, manifest):
    with manifest.open(encoding="utf-8"):
        outcome = run("who", "--format", "json", manifest, "missing")
    assert outcome.code == 2
    held, missing = json.loads(outcome.out)
    (holder,) = held["holders"]
    assert holder["who"] == "this process"
    assert holder["pid"] == os.getpid()
    assert holder["via"] == "file object opened for reading"
    assert holder["how"]
    assert (held["exists"], missing["exists"], missing["holders"]) == (True, False, [])
    assert missing["undetermined"]
    assert set(held) == {"path", "exists", "holders", "undetermined", "seconds"}


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
