"""What a file without a command does, and what a mistyped name gets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

BROKEN = "REVISION = '2399591399e4e6438fa7804f2f1f660'\n"
OOM = "RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB\n"


@pytest.mark.parametrize("typed", ["app.py", "."])
def test_an_app_is_scanned(run, typed):
    Path("app.py").write_text(BROKEN)
    outcome = run(typed, "--select", "REV", "--format", "json")
    assert outcome.code == 3
    (found, *_) = json.loads(outcome.out)["results"]
    assert (found["code"], found["location"]["line"]) == ("REV001", 1)


@pytest.mark.parametrize("name", ["log.txt", "crash.log", "OUTPUT"])
def test_a_log_is_explained(run, name):
    Path(name).write_text(OOM)
    outcome = run(name)
    assert outcome.code == 0
    assert "Known as: gpu-out-of-memory" in outcome.out


def test_options_of_the_command_may_follow(run):
    Path("log.txt").write_text(OOM)
    assert json.loads(run("log.txt", "--format", "json").out)["id"] == "gpu-out-of-memory"


def test_a_recorded_machine_is_scanned(run, sick):
    outcome = run(sick, "--select", "SYN")
    assert outcome.code == 3
    assert "SYN001" in outcome.out


def test_json_that_is_no_machine_is_a_log(run):
    Path("log.json").write_text(json.dumps({"message": OOM}))
    assert "Known as: gpu-out-of-memory" in run("log.json").out


def test_a_command_wins_over_a_file_of_its_name(run, healthy):
    Path("scan").write_text(OOM)
    assert run("scan", "--snapshot", healthy).code == 0


@pytest.mark.parametrize(("typed", "meant"), [("scna", "scan"), ("Explain", "explain")])
def test_a_mistyped_command_is_suggested(run, typed, meant):
    outcome = run(typed)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        f"Error: there is no command or file called {typed!r}; did you mean {meant}?\n"
    )


def test_a_missing_file_is_one_sentence(run):
    outcome = run("missing.txt")
    assert (outcome.code, outcome.out, len(outcome.err.splitlines())) == (2, "", 1)
    assert "no command or file called 'missing.txt'" in outcome.err
