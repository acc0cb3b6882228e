"""Completing commands in a shell: the scripts, and the answers to what they ask."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from powershell_grammar import problem

from winasr_doctor.cli import COMMANDS, SHELLS, cli, completion
from winasr_doctor.cli.console import COMPLETING


@pytest.fixture
def complete(monkeypatch, capsys):
    """Return a function that asks as a shell's script does."""

    def ask(*words, asking="bash"):
        for name, value in {
            COMPLETING: f"{asking}_complete",
            "COMP_WORDS": " ".join(["winasr-doctor", *words]),
            "COMP_CWORD": words[-1] if asking == "fish" else str(len(words)),
        }.items():
            monkeypatch.setenv(name, value)
        code = completion.answer(cli)
        return code, capsys.readouterr().out.split("\n")[:-1]

    return ask


def values(answered):
    """Return what bash would offer."""
    code, lines = answered
    assert code == 0
    return [line.removeprefix("plain,") for line in lines if line]


def test_the_first_word_is_a_command(complete):
    assert values(complete("")) == list(COMMANDS)
    assert values(complete("s")) == ["scan", "snapshot", "sweep", "selftest"]


def test_the_first_word_can_be_a_file(complete):
    assert values(complete("app")) == ["file,app"]


def test_options_of_scan_need_no_command(complete):
    assert values(complete("--sn")) == ["--snapshot"]
    assert values(complete("--snapshot", "x.json", "--sel")) == ["--select"]
    assert values(complete("--comp")) == ["--completion"]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["scan", "--format", "m"], ["markdown"]),
        (["scan", "--example", "te"], ["temp-in-onedrive"]),
        (["--example", "healthy", "--fail-on", "w"], ["warning"]),
        (["scan", "--snapshot", "C"], ["file,C"]),
        (["scan", "--select", "S"], []),
        (["explain", "lo"], ["file,lo"]),
        (["who", "lo"], ["file,lo"]),
        (["run", "--", "ap"], ["file,ap"]),
        (["--completion", "p"], ["powershell"]),
    ],
)
def test_values_are_offered(complete, words, offered):
    assert values(complete(*words)) == offered


def test_powershell_completes_paths_itself(complete):
    assert complete("scan", "--snapshot", "C", asking="powershell") == (0, [""])
    code, lines = complete("sc", asking="powershell")
    assert (code, lines) == (0, ["plain", "scan", COMMANDS["scan"]])


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_gets_an_answer(complete, shell):
    code, lines = complete("sca", asking=shell)
    assert code == 0
    assert "scan" in "\n".join(lines)


def test_an_error_is_not_shown_inside_the_line(complete, capsys):
    assert complete("nonsense", "-") == (1, [])
    assert capsys.readouterr().err == ""


def test_completing_changes_no_command(complete, run):
    complete("scan", "--example", "n")
    assert "there is no example called 'no'" in run("scan", "--example", "no").err


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_registers_the_program(run, shell):
    outcome = run("--completion", shell)
    assert outcome.code == 0
    assert outcome.err == "" or (shell == "bash" and not shutil.which("bash"))  # Click asks bash
    assert "winasr-doctor" in outcome.out
    assert COMPLETING in outcome.out
    assert shell != "powershell" or problem(outcome.out) is None


def test_an_old_click_without_powershell_is_one_sentence(run, monkeypatch):
    monkeypatch.setattr(completion, "get_completion_class", lambda _shell: None)
    outcome = run("--completion", "powershell")
    assert (outcome.code, outcome.out, len(outcome.err.splitlines())) == (2, "", 1)
    assert "Click 8.5" in outcome.err


@pytest.mark.skipif(not shutil.which("bash") or os.name == "nt", reason="bash is not installed")
def test_bash_completes_with_the_script(tmp_path, run):
    program = tmp_path / "winasr-doctor"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m winasr_doctor "$@"\n')
    program.chmod(0o755)
    Path("script").write_text(run("--completion", "bash").out)
    ask = (
        "source script; COMP_WORDS=(winasr-doctor sn); COMP_CWORD=1;"
        ' _winasr_doctor_completion winasr-doctor; echo "${COMPREPLY[@]}"'
    )
    variables = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "--norc", "-c", ask], env=variables, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("snapshot\n", "")
