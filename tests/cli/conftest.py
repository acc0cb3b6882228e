"""Running the command line in this process, and a recorded machine to run it on."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from winasr_doctor.cli import main
from winasr_doctor.machine.recorded import encode_snapshot
from winasr_doctor.testing import machine


class Outcome(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """Run the command line in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run_command(*arguments: str) -> Outcome:
        with pytest.raises(SystemExit) as stopped:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Outcome(int(stopped.value.code or 0), captured.out, captured.err)

    return run_command


@pytest.fixture
def healthy(tmp_path) -> Path:
    """A snapshot of a machine on which nothing is wrong."""
    file = tmp_path / "healthy.json"
    file.write_bytes(encode_snapshot(machine().snapshot))
    return file


@pytest.fixture
def sick(tmp_path) -> Path:
    """A snapshot of a machine whose TEMP lies in OneDrive and that little memory is left on."""
    from winasr_doctor.machine.model import Places, SyncRoot, SyncRoots
    from winasr_doctor.testing import HOME, place

    temp = rf"{HOME}\OneDrive\Temp"
    root = SyncRoot(provider="OneDrive", path=rf"{HOME}\OneDrive", source="HKCU")
    host = machine(
        places=Places(items=tuple(place(role, temp) for role in ("TEMP", "TMP", "tempfile"))),
        sync_roots=SyncRoots(items=(root,)),
    )
    file = tmp_path / "sick.json"
    file.write_bytes(encode_snapshot(host.snapshot))
    return file
