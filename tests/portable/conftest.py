"""Builds the portable folder and puts it on the Windows machine that `tools/wine` has made."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

MACHINE = "WINASR_DOCTOR_WINE_MACHINE"
"""Environment variable that names the folder of the machine; `tools/wine` sets it."""

ROOT = Path(__file__).resolve().parents[2]
FOLDER = "Prögramme und Dienste/winasr doctor (portable)/a rather long name, as people choose them"

LONGEST = 259
"""Number of characters that a path may have on Windows, unless long paths are switched on. Source:
learn.microsoft.com, "Maximum Path Length Limitation"."""

if not os.environ.get(MACHINE):
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session")
def build(tmp_path_factory):
    """Return a function that builds the ZIP file and returns its path."""

    def built() -> Path:
        target = tmp_path_factory.mktemp("portable")
        command = [sys.executable, str(ROOT / "tools" / "portable"), "--output", str(target)]
        subprocess.run(command, check=True, capture_output=True, text=True)
        (archive,) = target.glob("*.zip")
        return archive

    return built


@pytest.fixture(scope="session")
def tool():
    """Return the module that builds it."""
    return SimpleNamespace(**runpy.run_path(str(ROOT / "tools" / "portable" / "__main__.py")))


@pytest.fixture(scope="session")
def archive(build) -> Path:
    """Return the ZIP file."""
    return build()


@pytest.fixture(scope="session")
def machine():
    """Return the Windows machine."""
    sys.path.insert(0, str(ROOT / "tools" / "wine"))
    try:
        from wine import Prefix, find
    finally:
        sys.path.pop(0)
    wine = find()
    assert wine is not None
    return Prefix(wine, Path(os.environ[MACHINE]), {})


@pytest.fixture(scope="session")
def unpacked(machine, archive) -> Path:
    """Return the read-only folder, unpacked below `C:` as deep as paths go."""
    with zipfile.ZipFile(archive) as packed:
        room = LONGEST - len("C:\\" + "\\") - max(map(len, packed.namelist()))
        target = machine.drive_c / FOLDER.ljust(room, "x")
        packed.extractall(target)
    (folder,) = target.iterdir()
    for path in folder.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    return folder


@pytest.fixture
def run(machine, unpacked):
    """Return a function that runs one of the folder's `.cmd` files: its exit code and output."""

    def started(name: str, *arguments: str) -> tuple[int, str]:
        said: list[str] = []
        command = ("cmd", "/c", name, *arguments)
        code = machine.run(*command, folder=unpacked, tell=said.append)
        return code, "\n".join(said)

    return started
