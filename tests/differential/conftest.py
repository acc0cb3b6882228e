"""Which Windows Python the emulation is compared with, and the processes of both sides."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from . import sides
from .sides import Side

PYTHON = "WINASR_DOCTOR_WINDOWS_PYTHON"
SEQUENCES = "WINASR_DOCTOR_SEQUENCES"
SEED = "WINASR_DOCTOR_SEED"

if os.name == "nt":
    collect_ignore_glob = ["test_*.py"]
elif not os.environ.get(PYTHON):
    collect_ignore_glob = ["test_differential.py"]


def pytest_report_header() -> str | None:
    """Say with which Windows Python the emulation is compared; the first conftest says if none."""
    python = os.environ.get(PYTHON)
    if os.name == "nt" or not python:
        return None
    parts = [f"differential: windows_sharing against {python}", f"{_number()} sequences"]
    if _library(Path(python)) is None:
        parts.append("without rmtree and TemporaryDirectory, whose code this Python cannot share")
    return ", ".join([*parts, f"seed {_seed()}"])


def _library(python: Path) -> Path | None:
    """Return the archive with Windows Python's standard library, if this Python can run it."""
    archive = python.with_name(f"python{sys.version_info.major}{sys.version_info.minor}.zip")
    return archive if archive.exists() else None


def _number() -> int:
    return int(os.environ.get(SEQUENCES, "2000"))


def _seed() -> int:
    return int(os.environ.get(SEED, "0"))


@pytest.fixture(scope="session")
def number() -> int:
    """Return how many sequences are compared in all."""
    return _number()


@pytest.fixture(scope="session")
def first_seed() -> int:
    """Return the seed of the first part; the others follow."""
    return _seed()


@pytest.fixture(scope="session")
def windows_python() -> Path:
    """Return the `python.exe`."""
    return Path(os.environ[PYTHON])


@pytest.fixture(scope="session")
def windows(windows_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Side]:
    """Start the Windows side, once for all tests."""
    side = sides.windows(tmp_path_factory.mktemp("windows"), windows_python)
    side.start()
    yield side
    side.stop()


@pytest.fixture(scope="session")
def library(windows_python: Path) -> Path | None:
    """Return Windows Python's own `shutil` and `tempfile`, where this Python can run them.

    Versions differ in how they remove trees and temporary folders, even within 3.11.
    """
    return _library(windows_python)


@pytest.fixture(scope="session")
def linux(
    library: Path | None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Side]]:
    """Return what starts the emulated side: `linux(without="WinError 145")`."""
    with ExitStack() as stack:

        def start(without: str = "") -> Side:
            side = sides.linux(tmp_path_factory.mktemp("linux"), library, without)
            stack.callback(side.stop)
            return side

        yield start
