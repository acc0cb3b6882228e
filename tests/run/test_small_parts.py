"""Parts of `run` that otherwise only its processes reach."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest

from winasr_doctor.run import json as run_json
from winasr_doctor.run.recorder import Recorder
from winasr_doctor.run.signals import relaying
from winasr_doctor.run.verdict import RunVerdict


def test_the_last_verdict_is_kept_for_a_bug_report(state_folder):
    assert run_json.last() is None
    document = run_json.document(RunVerdict(3, 1.0, (), None, (), None))
    run_json.keep(document)
    assert run_json.last()["exit_code"] == 3
    (state_folder / "last-run.json").write_text("{")
    assert run_json.last() is None


def test_a_verdict_that_cannot_be_kept_is_no_error(state_folder):
    state_folder.write_text("no folder")
    run_json.keep(run_json.document(RunVerdict(0, 1.0, (), None, (), None)))
    assert run_json.last() is None


def test_what_was_injected_and_what_is_unguarded_is_written_once():
    written = []
    recorder = Recorder(SimpleNamespace(write=written.append))
    recorder.injector = SimpleNamespace(injections=[SimpleNamespace(fault="unlink:32*1")])
    recorder.session = SimpleNamespace(problems=["NeMo 9 is not guarded"])
    recorder.flush()
    recorder.flush()
    injected, unguarded = written
    assert injected.counts == {"unlink:32*1": 1}
    assert unguarded.sentence == "NeMo 9 is not guarded"
    recorder.start_anew()
    assert recorder.injector.injections == []


@pytest.mark.skipif(os.name == "nt", reason="it sends a signal to itself")
def test_a_signal_is_passed_on_and_the_handlers_come_back():
    before = signal.getsignal(signal.SIGTERM)
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    with relaying() as relay:
        os.kill(os.getpid(), signal.SIGTERM)  # before the app has started
        app = subprocess.Popen(command)
        relay.attach(app)
        assert app.wait() == -signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) is before
