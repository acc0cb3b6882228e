"""`fix` as a user calls it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from winasr_doctor import schemas
from winasr_doctor.checks.advice import quoted
from winasr_doctor.findings import Remedy, Report, Result, Severity, Status, Step, Tool
from winasr_doctor.fix.showing import show_steps
from winasr_doctor.locks.ledger import default_ledger
from winasr_doctor.machine import RecordedMachine
from winasr_doctor.machine.recorded import encode_snapshot, load_snapshot
from winasr_doctor.report import RenderOptions
from winasr_doctor.report.text_layout import render_blocks
from winasr_doctor.scanning import scan
from winasr_doctor.testing import machine


@pytest.fixture
def answers(monkeypatch):
    """Return a function that puts somebody with these answers before a terminal."""

    def sit_down(*given):
        left = list(given)
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        monkeypatch.setattr("winasr_doctor.cli.fix.click.confirm", lambda *a, **k: left.pop(0))
        return left

    return sit_down


REV = ("fix", "REV", "--app", "app.py")


def test_it_prints_every_step_and_changes_nothing(run, app):
    file = app()
    before = file.read_bytes()
    outcome = run(*REV)
    assert outcome.code == 3
    assert "REV001 error" in outcome.out
    assert "`fix --apply` makes 1 of these changes" in outcome.out
    assert file.read_bytes() == before
    assert outcome.err == ""


def test_apply_shows_the_diff_makes_the_change_and_looks_again(run, app):
    file = app()
    outcome = run(*REV, "--apply", "--yes")
    assert outcome.code == 0
    assert '\n+REVISION = "main"  # as on the card\n' in outcome.out
    assert "Checked again, REV001: the finding is gone" in outcome.out
    assert '"main"' in file.read_text()


@pytest.mark.parametrize("arguments", [(), ("--apply", "--yes")])
def test_json_has_the_changes_and_what_is_left(run, app, arguments):
    app(b"REVISION = '2399591399e4e6438fa7804f2f1f660'\nimport shutil\n")
    document = json.loads(run(*REV, *arguments, "--format", "json").out)
    jsonschema.validate(document, schemas.load("fix-1"))
    (change,) = document["changes"]
    assert change["state"] == ("done" if arguments else "possible")
    assert "+REVISION" in change["preview"]
    assert (document["done"], document["left"]) == (len(arguments) // 2, [])
    assert bool(document["checked"]) is bool(arguments)


def test_json_asks_no_questions(run, app):
    app()
    for arguments in ((*REV, "--apply"), ("fix", "--undo")):
        outcome = run(*arguments, "--format", "json")
        assert (outcome.code, outcome.out, len(outcome.err.splitlines())) == (2, "", 1)


def test_the_last_line_counts_what_is_done_and_names_what_is_left(run):
    sick = Path(__file__).parents[2] / "examples" / "machines" / "temp-in-onedrive.json"
    last = run("fix", "TMP", "SYN", "--snapshot", sick).out.splitlines()[-1]
    assert last.startswith("0 done, ")
    assert "left for you: SYN001" in last


def test_running_it_twice_changes_nothing_more(run, app, state_folder):
    file = app()
    run(*REV, "--apply", "--yes")
    once, journals = file.read_bytes(), sorted(state_folder.rglob("*"))
    outcome = run(*REV, "--apply")
    assert outcome.code == 0
    assert "nothing that `fix --apply` could do now" in outcome.out
    assert file.read_bytes() == once
    assert sorted(state_folder.rglob("*")) == journals


def test_undo_takes_it_back_and_then_has_nothing_to_do(run, app):
    file = app()
    before = file.read_bytes()
    run(*REV, "--apply", "--yes")
    assert run("fix", "--undo", "--yes").code == 0
    assert file.read_bytes() == before
    assert run("fix", "--undo").out == "There is nothing to undo.\n"


def test_undo_after_a_change_says_so_and_exits_with_3(run, app):
    file = app()
    run(*REV, "--apply", "--yes")
    file.write_text("mine = 1\n")
    outcome = run("fix", "--undo", "--yes")
    assert outcome.code == 3
    assert "has been changed since, so it is left alone" in " ".join(outcome.out.split())
    assert file.read_text() == "mine = 1\n"


@pytest.mark.parametrize("arguments", [(*REV, "--apply"), ("fix", "--undo")])
def test_without_a_terminal_and_yes_nothing_is_changed(run, app, arguments):
    file = app()
    if "--undo" in arguments:
        run(*REV, "--apply", "--yes")
    before = file.read_bytes()
    outcome = run(*arguments)
    assert outcome.code == 2
    assert outcome.err == "Nothing was changed: there is no terminal to ask at; use --yes.\n"
    assert file.read_bytes() == before


def test_each_repair_is_asked_for(run, app, answers):
    file = app(
        b"import gradio as gr\nx = dict(revision='2399591399e4e6438fa7804f2f1f660')\n"
        b"gr.Blocks().launch()\n"
    )
    left = answers(False, True)
    outcome = run("fix", "REV001", "APP006", "--app", "app.py", "--apply")
    assert left == []
    assert outcome.code == 3  # the pin is still broken
    assert "Left unchanged." in outcome.out
    assert b"show_error=True" in file.read_bytes()
    assert b"2399591399e4" in file.read_bytes()


def test_a_snapshot_shows_steps_and_cannot_be_applied(run, tmp_path, app):
    app()
    snapshot = tmp_path / "machine.json"
    snapshot.write_bytes(encode_snapshot(machine().snapshot))
    shown = run(*REV, "--snapshot", snapshot)
    assert shown.code == 3
    assert "REV001" in shown.out
    assert "---" not in shown.out
    refused = run(*REV, "--snapshot", snapshot, "--apply")
    assert refused.code == 2
    assert len(refused.err.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [("fix", "NOPE"), ("fix", "--undo", "--apply"), ("fix", "--app", "missing.py")],
)
def test_bad_input_is_one_sentence_and_exit_code_2(run, arguments):
    outcome = run(*arguments)
    assert outcome.code == 2
    assert "Traceback" not in outcome.err


def test_defaults_come_from_pyproject(run, app, tmp_path):
    app()
    (tmp_path / "pyproject.toml").write_text('[tool.winasr_doctor]\napp = ["app.py"]\n')
    assert "REV001 error" in run("fix", "REV").out


def test_leftovers_are_swept_when_asked_to(run, tmp_path):
    folder = tmp_path / "left"
    folder.mkdir()
    entry = default_ledger().claim(str(folder))
    text = entry.file.read_text().replace('"in_use": true', '"in_use": false')
    entry.file.write_text(text)
    assert f"removes {folder}" in run("fix", "TMP006").out
    assert folder.exists()
    outcome = run("fix", "TMP006", "--apply", "--yes")
    assert "removed 1 of 1 leftovers" in outcome.out
    assert not folder.exists()


def test_commands_of_administrators_say_who_must_run_them():
    steps = (
        Step("Switch it on", "reg add x", needs_admin=True),
        Step("Run", "mkdir x"),
        "Look at it",
    )
    remedies = (Remedy("Do this", steps),)
    found = Result("ZZZ001", "ZZZ", "t", Status.FAIL, Severity.ERROR, "s", {}, remedies, "u")
    blocks = show_steps(Report(Tool("winasr_doctor", "0"), {}, (found,)))
    lines = render_blocks(blocks, RenderOptions()).splitlines()
    assert lines[2:5] == [
        "    1. Switch it on:",
        "       reg add x",
        "       (an administrator must run this; fix never does)",
    ]
    assert lines[5:] == [
        *("    2. Run:", "       mkdir x"),
        "    3. Look at it",
    ]


def test_it_survives_a_cp1252_console(app, tmp_path):
    app("# 表 ł\nREVISION = '2399591399e4e6438fa7804f2f1f660'  # 表\n")
    finished = subprocess.run(
        [sys.executable, "-m", "winasr_doctor", *REV],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        env={**__import__("os").environ, "PYTHONIOENCODING": "cp1252"},
    )
    assert finished.returncode == 3
    assert b"\\u8868" in finished.stdout
    assert finished.stderr == b""


def test_what_a_file_contains_cannot_steer_the_terminal(run, app):
    app("x = '\x1b[2J'; REVISION = '2399591399e4e6438fa7804f2f1f660'\n")
    outcome = run(*REV)
    assert "REV001" in outcome.out
    assert "\x1b" not in outcome.out


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (r"C:\Users\O'Brien", r"'C:\Users\O''Brien'"),
        ("C:\\O\u2019Brien $x `n", "'C:\\O\u2019\u2019Brien $x `n'"),
    ],
)
def test_paths_are_quoted_for_powershell(path, line):
    assert quoted(path) == line


def test_every_recorded_machine_is_shown(run):
    machines = sorted((Path(__file__).parents[2] / "examples" / "machines").glob("*.json"))
    assert machines
    for file in machines:
        outcome = run("fix", "--snapshot", file)
        assert outcome.code in {0, 3}
        assert outcome.err == ""


ONLY_ADMINISTRATORS = re.compile(
    r"(?i)\b(?:(?:Add|Set|Remove)-MpPreference|(?:Set|New|Stop|Start|Restart)-Service"
    r"|sc(?:\.exe)?\s+config|fsutil\s+(?:devdrv|behavior)|Format-Volume|wsl --install"
    r"|(?:reg\s+add|(?:New|Set)-ItemProperty\b.*)\s*['\"]?HK(?:LM|EY_LOCAL_MACHINE))"
)
# learn.microsoft.com: "Set-MpPreference", "Set-Service", "fsutil devdrv", "reg add"


def test_each_step_for_an_administrator_says_so():
    machines = sorted((Path(__file__).parents[2] / "examples" / "machines").glob("*.json"))
    reports = [scan(RecordedMachine(load_snapshot(file))) for file in machines]
    steps = {
        step
        for report in reports
        for result in report.results
        for remedy in result.remedies
        for step in remedy.steps
        if ONLY_ADMINISTRATORS.search(step)
    }
    assert len(steps) > 3
    for step in steps:
        assert isinstance(step, Step), step
        assert step.needs_admin, step
        assert step.command in step


def test_defender_is_only_spoken_of(run):
    machines = Path(__file__).parents[2] / "examples" / "machines"
    outcome = run("fix", "AVX", "--snapshot", machines / "broad-exclusions.json")
    lines = outcome.out.splitlines()
    command = next(n for n, line in enumerate(lines) if "Remove-MpPreference" in line)
    assert lines[command - 1].endswith("Run:")
    assert "(an administrator must run this; fix never does)" in lines[command + 1]
