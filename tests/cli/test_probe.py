"""`probe`: a small real measurement, and what it prints."""

from __future__ import annotations

import json

import jsonschema
import pytest

from winasr_doctor import schemas
from winasr_doctor.faults import inject
from winasr_doctor.testing import machine

QUICK = ("--size", "1", "--rounds", "1")


def _words(text):
    """Return a text without its line ends."""
    return " ".join(text.split())


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """TEMP and another folder, on a machine that is not this one."""
    monkeypatch.setattr("winasr_doctor.machine.live.LiveMachine", machine)
    temp, other = tmp_path / "in-use", tmp_path / "other"
    temp.mkdir()
    other.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temp))
    return temp, other


def test_the_figures_of_every_folder_and_a_verdict_are_printed(run, folders):
    temp, other = folders
    outcome = run("probe", other, *QUICK)
    assert outcome.code == 0
    assert f"{temp} (TEMP)\n" in outcome.out
    assert outcome.out.count("undeletable for  median 0 ms, 95 % 0 ms, worst 0 ms") == 2
    assert outcome.out.count("0 of 104 deletions, in 0 of 1 round\n") == 2
    assert outcome.out.count("MiB/s") == 2
    assert outcome.out.splitlines()[-2:] == [
        "The differences are noise. Keep using this folder.",
        f"  {temp}",
    ]
    assert outcome.err.splitlines()[0] == f"Round 1 of 1: {temp}"
    assert list(temp.iterdir()) == list(other.iterdir()) == []


def test_locks_are_told_with_their_codes_and_decide(run, folders):
    _, other = folders
    with (
        inject("unlink:32*inf@*/in-use/*/00[0-1]_vocab.txt"),
        pytest.MonkeyPatch.context() as patch,
    ):
        from winasr_doctor.locks import RetryPolicy

        patch.setattr("winasr_doctor.probe.trial.PATIENCE", RetryPolicy(total=0.01))
        outcome = run("probe", other, "--size", "1", "--rounds", "4")
    assert "2 of 104 deletions, in 1 of 1 round (WinError 32: 2)" in outcome.out
    assert "stopped 2 paths could not be deleted; no further round" in _words(outcome.out)
    assert outcome.out.splitlines()[-2:] == [
        "Use this folder: none of the others is suitable.",
        f"  {other}",
    ]


def test_json_has_every_figure(run, folders):
    temp, other = folders
    outcome = run("probe", other, *QUICK, "--format", "json")
    document = json.loads(outcome.out)
    jsonschema.validate(document, schemas.load("probe-1"))
    assert document["schema"] == "winasr-doctor/probe/1"
    assert (document["advice"], document["use"]) == ("noise", str(temp))
    assert {each["folder"] for each in document["folders"]} == {str(temp), str(other)}
    for each in document["folders"]:
        assert each["undeletable_seconds"] == {"median": 0.0, "p95": 0.0, "worst": 0.0}
        assert each["deletions"] == 104
        assert each["mib_per_second"] > 0


def test_a_folder_that_is_not_there_is_exit_code_2_and_the_others_are_measured(run, folders):
    temp, _ = folders
    outcome = run("probe", temp / "no", *QUICK)
    assert outcome.code == 2
    assert f"Error: {temp / 'no'} was not measured: it does not exist" in outcome.err
    assert f"1. {temp} (TEMP)\n" in outcome.out


@pytest.mark.parametrize("arguments", [("--size", "65"), ("--rounds", "9"), ("--time", "0")])
def test_bounds_cannot_be_exceeded(run, folders, arguments):
    outcome = run("probe", *arguments)
    assert outcome.code == 2
    assert outcome.out == ""
