"""Recorded machines to run the command line on."""

from __future__ import annotations

from pathlib import Path

import pytest

from winasr_doctor.machine.recorded import encode_snapshot
from winasr_doctor.testing import machine


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
