"""Real environments, and programs that stand for an interpreter."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .trees import write


@pytest.fixture(scope="session")
def _venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("real") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    return folder


@pytest.fixture
def venv(_venv: Path, tmp_path: Path) -> Path:
    """Return a real virtual environment of the running Python, made for this test."""
    if os.name == "nt":
        folder = tmp_path / "venv"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
        return folder
    subprocess.run(["cp", "-a", str(_venv), str(tmp_path / "venv")], check=True)
    return tmp_path / "venv"


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str], str]:
    """Return a function that makes a program of shell commands, which stands for a Python."""
    if os.name == "nt":
        pytest.skip("a script cannot stand for python.exe on Windows")

    def make(commands: str) -> str:
        file = write(tmp_path / "bin" / "python", f"#!/bin/sh\n{commands}\n")
        file.chmod(0o755)
        return str(file)

    return make
