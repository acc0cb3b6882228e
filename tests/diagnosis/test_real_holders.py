"""A live exception's file is looked at: who really has it open."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from winasr_doctor import diagnose


def sharing_violation(path: Path) -> PermissionError:
    error = PermissionError(13, "in use", str(path))
    if sys.platform != "win32":
        error.winerror = 32  # type: ignore[attr-defined]
    else:
        error = PermissionError(13, "in use", str(path), 32)
    return error


def test_our_own_open_file_is_named(tmp_path: Path):
    manifest = tmp_path / "manifest.json"
    manifest.write_text("")
    with manifest.open() as file:
        diagnosis = diagnose(sharing_violation(manifest))
        assert not file.closed
    assert diagnosis.suspect.who == "own process"
    assert "file object opened for reading" in diagnosis.suspect.why
    assert diagnosis.holding is not None
    assert diagnosis.holding.by_ourselves
    assert any("Do not retry" in remedy.title for remedy in diagnosis.advice)


def test_another_process_is_named(tmp_path: Path):
    weights = tmp_path / "model_weights.ckpt"
    weights.write_text("")
    code = "import sys; held = open(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(weights)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    diagnosis = diagnose(sharing_violation(weights))
    holder.communicate()
    assert diagnosis.suspect.who == "another program"
    assert diagnosis.holding is not None
    assert holder.pid in {each.pid for each in diagnosis.holding.holders}


def test_a_file_that_is_gone_is_not_asked_about(tmp_path: Path):
    assert diagnose(sharing_violation(tmp_path / "manifest.json")).holding is None


def test_without_holders_the_suspicion_stays(tmp_path: Path):
    weights = tmp_path / "model_weights.ckpt"
    weights.write_text("")
    diagnosis = diagnose(sharing_violation(weights))
    assert diagnosis.holding is not None
    assert diagnosis.holding.holders == ()
