"""Sharing violations of the real kind: another process has the file open."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from winasr_doctor.locks import ONCE, CleanupStatus, RetryPolicy, pending, rmtree, sweep
from winasr_doctor.locks.ledger import default_ledger


@pytest.fixture
def weights(home) -> Path:
    """What NeMo unpacks, in a folder of TEMP."""
    file = home.temp / "tmp ab12 é" / "model_weights.ckpt"
    file.parent.mkdir()
    file.write_text("weights")
    return file


def test_a_file_that_another_process_has_open_cannot_be_deleted(weights, hold):
    hold(weights)
    with pytest.raises(PermissionError) as refused:
        weights.unlink()
    assert refused.value.winerror == 32


def test_rmtree_waits_until_the_file_is_released(weights, hold):
    holder = hold(weights)
    attempts = []
    threading.Timer(0.4, holder.stdin.close).start()
    report = rmtree(weights.parent, RetryPolicy(total=10), on_attempt=attempts.append)
    assert report.status is CleanupStatus.REMOVED
    assert len(attempts) > 1
    assert attempts[0].failures[0].code == 32
    assert not weights.parent.exists()


def test_rmtree_says_who_has_the_file_open(weights, hold, until_named):
    holder = hold(weights)
    report = rmtree(weights.parent, RetryPolicy(total=10), on_attempt=until_named, defer=False)
    (left,) = report.leftovers
    assert (left.path, left.code) == (str(weights), 32)
    assert {one.pid for one in left.holding.holders} == {holder.pid}


def test_rmtree_does_not_wait_for_ourselves(weights):
    with weights.open():
        report = rmtree(weights.parent, RetryPolicy(total=10), defer=False)
    assert report.leftovers[0].holding.by_ourselves
    assert report.seconds < 10  # the whole budget, which waiting would have taken
    assert "this process" in report.attempts[-1].why_last


def test_a_read_only_file_is_deleted_all_the_same(weights):
    weights.chmod(0o444)
    with pytest.raises(PermissionError) as refused:
        weights.unlink()
    assert refused.value.winerror == 5
    assert rmtree(weights.parent).gone


@pytest.mark.wine_differs("it gives the time of the last change for that of creation")
def test_a_folder_that_is_somebodys_current_one_is_left_and_swept_later(weights):
    waiting = [sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()"]
    folder = weights.parent
    with subprocess.Popen(
        waiting, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        other.stdout.readline()
        report = rmtree(folder, ONCE)
        assert (report.leftovers[0].path, report.leftovers[0].code) == (str(folder), 32)
        assert not weights.exists()
    assert report.deferred
    assert sweep().removed == (str(folder),)
    assert not folder.exists()


def test_a_claimed_folder_is_swept_whole_when_its_holder_is_gone(weights, hold):
    ledger = default_ledger()
    claim = ledger.claim(str(weights.parent))
    holder = hold(weights)
    report = rmtree(weights.parent, ONCE, claim=claim)
    assert report.deferred
    assert [kept.path for kept in pending()] == [str(weights.parent)]
    assert [kept.path for kept in sweep().kept] == [str(weights.parent)]
    holder.stdin.close()
    holder.wait()
    assert sweep().removed == (str(weights.parent),)
    assert ledger.entries() == []


def test_who_names_the_process(weights, hold):
    holder = hold(weights)
    command = [sys.executable, "-m", "winasr_doctor", "who", "--format", "json", str(weights)]
    answered = subprocess.run(command, capture_output=True, check=True)
    (answer,) = json.loads(answered.stdout)
    assert [one["pid"] for one in answer["holders"]] == [holder.pid]
    assert answer["holders"][0]["process"] == "python.exe"
    assert weights.samefile(answer["holders"][0]["path"])


def test_who_finds_a_file_under_the_other_name_of_a_substituted_drive(drive, hold):
    (drive.folder / "a.wav").write_text("audio")
    holder = hold(drive.folder / "a.wav")
    other_name = str(drive.letter / "a.wav")
    command = [sys.executable, "-m", "winasr_doctor", "who", "--format", "json", other_name]
    answered = subprocess.run(command, capture_output=True, check=True)
    (answer,) = json.loads(answered.stdout)
    assert [one["pid"] for one in answer["holders"]] == [holder.pid]


def test_fix_removes_what_was_left_once_nobody_has_it_open(weights, hold):
    claim = default_ledger().claim(str(weights.parent))
    holder = hold(weights)
    rmtree(weights.parent, ONCE, claim=claim)
    command = [sys.executable, "-m", "winasr_doctor", "fix", "TMP006", "--apply", "--yes"]
    first = subprocess.run(command, capture_output=True, check=False, timeout=100)
    assert weights.exists()
    holder.stdin.close()
    holder.wait()
    done = subprocess.run(command, capture_output=True, check=False, timeout=100)
    said = first.stdout + done.stdout + done.stderr
    # On a busy machine Wine may give a folder another birth; what seems to be another one stays.
    mistaken = b"the ledger forgets the entry" in b" ".join(said.split())
    assert mistaken or not weights.parent.exists(), said
