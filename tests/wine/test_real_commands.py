"""The command line as Windows processes: code pages, drives, embedded Python."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

APP = """
import os, sys, tempfile
print(tempfile.gettempdir())
print(ascii(sys.argv[1:]))
print(os.path.isdir(tempfile.gettempdir()))
"""


def doctor(*arguments: object, **variables: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command of ours."""
    return subprocess.run(
        [sys.executable, "-m", "winasr_doctor", *map(str, arguments)],
        env={**os.environ, **variables},
        capture_output=True,
        timeout=100,
        check=False,
    )


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "ascii", "utf-8"])
def test_a_scan_is_printed_on_any_console(home, encoding):
    done = doctor("scan", "--select", "TMP", "--fail-on", "never", PYTHONIOENCODING=encoding)
    assert done.returncode == 0, done.stderr
    assert b"TMP0" in done.stdout
    done.stdout.decode(encoding)
    assert b"Traceback" not in done.stderr


def test_a_path_beyond_the_code_page_is_printed_on_any_console(home):
    file = home.temp / "雲 🎤.json"
    file.touch()
    done = doctor("who", file, PYTHONIOENCODING="cp1252")
    assert done.returncode == 0, done.stderr
    assert b"has it open" in done.stdout


def test_an_app_with_a_space_and_other_letters_in_its_path_is_run(home):
    app = home.profile / "Meine App é 雲" / "app main.py"
    app.parent.mkdir()
    app.write_text(APP, encoding="utf-8")
    done = doctor("run", "-q", "--", app, "a b", 'c"d', "雲")
    temp, arguments, there = done.stdout.decode("cp1252").splitlines()
    assert done.returncode == 0, done.stderr
    assert arguments == ascii(["a b", 'c"d', "雲"])
    assert (temp != str(home.temp), there) == (True, "True")
    assert not Path(temp).exists()


def test_an_app_on_a_substituted_drive_is_run(home, drive):
    app = drive.letter / "app.py"
    app.write_text("print(__file__)\nraise SystemExit(7)\n")
    done = doctor("run", "-q", "--", app)
    assert done.returncode == 7, done.stderr
    assert done.stdout.decode().strip() == str(app)


def test_an_embedded_python_runs_an_app(home, isolated_python):
    app = home.profile / "app.py"
    app.write_text("import sys; print(sys.flags.isolated, sys.executable)\n")
    done = subprocess.run(
        [isolated_python, "-m", "winasr_doctor", "run", "-q", "--", app],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.stdout.strip() == f"1 {isolated_python}", done.stderr


def test_probe_measures_on_two_drives(home, drive):
    other = drive.letter / "scratch"
    other.mkdir()
    done = doctor("probe", other, "--size", "1", "--rounds", "1", "--format", "json")
    assert done.returncode == 0, done.stderr
    folders = json.loads(done.stdout)["folders"]
    assert {str(home.temp), str(other)} <= {measured["folder"] for measured in folders}
    assert list(other.iterdir()) == []


def test_a_recorded_machine_says_that_it_is_wine_and_nobodys_name(home, tmp_path):
    file = tmp_path / "machine.json"
    assert doctor("snapshot", "-o", file).returncode == 0
    recorded = file.read_text(encoding="utf-8")
    assert json.loads(recorded)["sections"]["system"]["wine"]
    assert "Łoś" not in recorded
