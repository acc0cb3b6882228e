"""Files that Windows does not let go of, behind the page: the cleanup is real, only NeMo's or ours.

The locks are those of the fault injector, in the server's process.
"""

from __future__ import annotations

import logging
import re
import subprocess
import sys
import tempfile

import pytest

from winasr_doctor.faults import inject

from .conftest import KLATT3
from .conftest import LONG as SLOW

FOR_EVER = "unlink:32*inf@{}"
HOLDING = """
import pathlib, sys, time
print("ready", flush=True)
while not (found := list(pathlib.Path(sys.argv[1]).rglob(sys.argv[2]))):
    time.sleep(0.005)
held = found[0].open()
print("holding", flush=True)
sys.stdin.read()
"""
"""Opens a file as soon as it is there, as an antivirus does."""


@pytest.fixture(autouse=True)
def temp(monkeypatch, tmp_path):
    folder = tmp_path / "temp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def held(temp):
    """Return a function that has another process open a file once it is there."""
    processes = []

    def hold(name):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLDING, str(temp), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield hold
    for process in processes:
        process.kill()
        process.communicate()


def test_a_cleanup_that_fails_after_loading_keeps_the_text(
    tab, real, held, caplog, picture, attempts, go_on, monkeypatch
):
    monkeypatch.setattr("winasr_doctor.locks.holder_lookup.PATIENCE", 60.0)
    caplog.set_level(logging.INFO, "winasr_doctor")
    holder = held("model_weights.ckpt")
    with inject(FOR_EVER.format("model_weights.ckpt")):
        tab.transcribe()
        said = tab.sees("attempt", "run", within=SLOW)
        assert said.startswith("Loading tiny")
        assert "importing NeMo and restoring" in said
        assert holder.stdout.readline() == "holding\n"
        path = re.search(r"cannot remove (\S+model_weights\.ckpt) \(WinError 32", said)[1]
        picture(tab, "retrying")
        go_on.set()
        said = tab.sees("Loaded, but cleanup failed", "warn", within=SLOW)
    assert tab.text == "stop zero four one"
    assert f"{path} could not be removed: WinError 32" in said
    assert str(holder.pid) in said
    assert "What to do" in said
    assert said.index("cleanup failed") < said.index("WinError 32")
    console = "\n".join(record.getMessage() for record in caplog.records)
    assert f"cannot remove {path}" in console
    assert "Loaded, but cleanup failed" in console


def test_a_cleanup_that_fails_after_transcribing_keeps_the_text(
    tab, real, monkeypatch, attempts, go_on
):
    monkeypatch.setattr("winasr_doctor.frameworks.nemo.calls.needs_files", lambda _model: True)
    with inject(FOR_EVER.format("0.wav")):
        tab.transcribe()
        said = tab.sees("attempt", "run", within=SLOW)
        assert said.startswith("Transcribing")
        go_on.set()
        said = tab.sees("Transcribed, but cleanup failed", "warn", within=SLOW)
    assert tab.text == "stop zero four one"
    assert re.search(r"winasr-audio-\w+/0\.wav could not be removed: WinError 32", said)
    assert "What to do" in said


def test_a_lock_that_passes_is_seen_while_it_lasts(tab, real, monkeypatch, attempts, go_on):
    monkeypatch.setattr("winasr_doctor.frameworks.nemo.calls.needs_files", lambda _model: True)
    with inject("unlink:32*1@0.wav") as injected:
        tab.transcribe()
        assert "0.wav (WinError 32" in tab.sees("attempt 1", "run", within=SLOW)
        go_on.set()
        tab.sees("Transcribed: 1 recording", "ok", within=SLOW)
    assert len(injected.injections) == 1
    assert tab.text == "stop zero four one"


def test_a_failed_load_whose_cleanup_fails_too_names_the_cause_first(tab, real, monkeypatch):
    def no_room(*_arguments, **_options):
        raise MemoryError("the reason")

    monkeypatch.setattr("torch.load", no_room)
    with inject(FOR_EVER.format("model_weights.ckpt")):
        tab.transcribe()
        said = tab.sees("Failed to load", "error", within=SLOW)
    assert tab.text == ""
    assert said.index("memory") < said.index("WinError 32")


def test_an_error_in_transcribing_whose_cleanup_fails_too_names_the_cause_first(
    tab, real, monkeypatch
):
    def fails(*_arguments, **_options):
        raise ValueError("the reason")

    monkeypatch.setattr("winasr_doctor.frameworks.nemo.calls.needs_files", lambda _model: True)
    monkeypatch.setattr("winasr_doctor.frameworks.nemo.calls.transcribe_batch", fails)
    with inject(FOR_EVER.format("0.wav")):
        tab.transcribe(KLATT3)
        said = tab.sees("Transcription failed", "error", within=SLOW)
    assert said.index("the reason") < said.index("WinError 32")
