from __future__ import annotations

import json
import os
from pathlib import Path

import jsonschema
import pytest

from winasr_doctor import schemas
from winasr_doctor.cli import main
from winasr_doctor.locks import CleanupReport, CleanupStatus
from winasr_doctor.locks.ledger import default_ledger


@pytest.fixture
def leftover(tmp_path: Path) -> Path:
    folder = tmp_path / "left"
    folder.mkdir()
    default_ledger().leave(CleanupReport(str(folder), CleanupStatus.LEFT_BEHIND, ()))
    return folder


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(["sweep", *arguments])
    assert ended.value.code == 0
    return capsys.readouterr().out


def test_a_clean_machine_has_nothing_to_sweep(capsys: pytest.CaptureFixture[str]):
    assert run(capsys) == "Nothing is left behind.\n"


def test_a_leftover_is_removed_and_named(leftover: Path, capsys: pytest.CaptureFixture[str]):
    assert run(capsys) == f"Removed {leftover}\n"
    assert not leftover.exists()


def test_listing_removes_nothing(leftover: Path, capsys: pytest.CaptureFixture[str]):
    assert f"Left behind {leftover}" in run(capsys, "--list")
    assert leftover.exists()


def test_json_tells_the_same(leftover: Path, capsys: pytest.CaptureFixture[str]):
    document = json.loads(run(capsys, "--format", "json"))
    jsonschema.validate(document, schemas.load("sweep-1"))
    assert document["removed"] == [str(leftover)]
    assert document["kept"] == []


def test_what_is_kept_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    default_ledger().claim(str(tmp_path))
    shown = run(capsys)
    assert f"Kept {tmp_path}\n  process {os.getpid()} is still using it\n" in shown
    assert "who PATH" in shown
