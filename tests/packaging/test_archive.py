"""The lines of the README that need no installation, from a clone and from the archive."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from winasr_doctor.version import __version__

from .conftest import ROOT

LINES = re.findall(r"^uvx .*", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
NAME = "winasr_doctor-main"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder like a clone's, with the archive that a code host makes of it."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    folder = tmp_path_factory.mktemp("archive")
    with zipfile.ZipFile(folder / f"{NAME}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in filter(None, listed.stdout.decode().split("\0")):
            if (ROOT / name).is_file():
                archive.write(ROOT / name, f"{NAME}/{name}")
    with zipfile.ZipFile(folder / f"{NAME}.zip") as archive:
        archive.extractall(folder)
    clone = folder / NAME
    (folder / f"{NAME}.zip").rename(clone / f"{NAME}.zip")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", clone / ".venv"], check=True)
    return clone


def run(line: str, folder: Path) -> str:
    """Run a line as it stands and return what it prints."""
    _uvx, *arguments = shlex.split(line)
    command = [sys.executable, "-m", "uv", "tool", "run", "--python", sys.executable]
    variables = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    done = subprocess.run(
        [*command, *arguments],
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, 3}, done.stdout + done.stderr
    return done.stdout


def test_the_readme_has_such_lines():
    assert any("--from . " in line for line in LINES)
    assert any(f"--from ./{NAME}.zip" in line for line in LINES)


@pytest.mark.parametrize("line", LINES)
def test_a_line_of_the_readme_works_as_it_stands(line, place):
    assert run(line, place).startswith(f"winasr_doctor {__version__}: ")


@pytest.mark.parametrize("program", ["winasr_doctor", "python -m winasr_doctor"])
def test_the_archives_address_works(program, place):
    address = (place / f"{NAME}.zip").as_uri()
    assert __version__ in run(f"uvx --from {address} {program} --version", place)
