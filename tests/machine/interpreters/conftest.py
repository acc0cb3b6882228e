"""Real environments, and programs that stand for an interpreter."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from .trees import make_environment, write


@pytest.fixture(scope="session")
def _environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("real") / "environment"
    make_environment(folder)
    return folder


@pytest.fixture
def environment(_environment: Path, tmp_path: Path) -> Path:
    """Return a real environment of the running Python, made for this test."""
    if os.name == "nt":
        make_environment(tmp_path / "environment")
    else:
        subprocess.run(["cp", "-a", str(_environment), str(tmp_path)], check=True)
    return tmp_path / "environment"


@pytest.fixture
def venv(environment: Path) -> Path:
    """Return a real virtual environment."""
    if not (environment / "pyvenv.cfg").exists():
        pytest.skip("the embeddable Python has no venv")
    return environment


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
