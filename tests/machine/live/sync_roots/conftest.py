from collections.abc import Callable
from pathlib import Path

import pytest

from tests.machine.registry_dict import RegistryDict
from winasr_doctor.machine.live.sync_roots.settings import SyncSettings

SID = "S-1-5-21-1-2-3-1001"


@pytest.fixture
def settings(tmp_path) -> Callable[..., SyncSettings]:
    """Make what a client is given: a Windows user's folder below `tmp_path`, unless told."""

    def make(keys=None, *, os="windows", environment=None, sid=SID, denied=()):
        windows = {
            "LocalAppData": str(tmp_path / "AppData" / "Local"),
            "AppData": str(tmp_path / "AppData" / "Roaming"),
        }
        variables = (windows if os == "windows" else {}) | (environment or {})
        return SyncSettings(os, RegistryDict(keys or {}, denied=denied), variables, tmp_path, sid)

    return make


@pytest.fixture
def write(tmp_path) -> Callable[..., Path]:
    """Write a file below the user's folder."""

    def write(name, content):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    return write


@pytest.fixture
def found():
    """Return what a client finds, in brief."""
    return lambda roots: [(root.provider, root.kind, root.path) for root in roots]
