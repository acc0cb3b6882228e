"""Built files and fresh installations, which need the network: `tox -e package` runs these tests.

Where what builds is not installed they are not collected.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ("build", "check_wheel_contents", "twine", "pip_audit", "cyclonedx_py")

if any(importlib.util.find_spec(name) is None for name in TOOLS):
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the wheel and the source distribution."""
    given = os.environ.get("WINASR_DOCTOR_DIST")
    if given:
        return Path(given)
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def wheel(built: Path) -> Path:
    """Return the wheel."""
    (file,) = built.glob("*.whl")
    return file


@pytest.fixture(scope="session")
def in_wheel(wheel: Path) -> dict[str, bytes]:
    """Return the wheel's files."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="session")
def in_sdist(built: Path) -> set[str]:
    """Return the names of the source distribution's files, without the folder they are in."""
    (file,) = built.glob("*.tar.gz")
    with tarfile.open(file) as archive:
        return {member.name.partition("/")[2] for member in archive if member.isfile()}
