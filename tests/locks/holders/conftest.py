"""Processes that hold something open until they are told to end."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack

import pytest

HOLD = """
import mmap, os, sys
def hold(how, path):
    if how == "open":
        return open(path)
    if how == "cwd":
        return os.chdir(path)
    with open(path, "rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
held = hold(sys.argv[1], sys.argv[2])
print(os.getpid(), flush=True)
sys.stdin.read()
"""

ORPHAN = """
import subprocess, sys
subprocess.Popen([sys.executable, "-c", sys.argv[1], *sys.argv[2:]])
"""


class Process:
    """A process that holds a path; its number is the holder's, not that of whoever started it."""

    def __init__(self, *arguments: str) -> None:
        self._started = subprocess.Popen(
            [sys.executable, "-c", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.pid = int(self._started.stdout.readline())

    def end(self) -> None:
        self._started.stdin.close()
        self._started.wait()
        self._started.stdout.read()  # the end of it is the end of whoever holds the path
        self._started.stdout.close()


@pytest.fixture
def child():
    """Start a child that holds a path: `child("open" | "cwd" | "map", path)`."""
    with ExitStack() as stack:

        def start(how: str, path: object) -> Process:
            process = Process(HOLD, how, str(path))
            stack.callback(process.end)
            return process

        yield start


@pytest.fixture
def stranger():
    """Start a process that is nobody's child any more: `stranger("open", path)`."""
    with ExitStack() as stack:

        def start(how: str, path: object) -> Process:
            process = Process(ORPHAN, HOLD, how, str(path))
            stack.callback(process.end)
            process._started.wait()
            return process

        yield start


@pytest.fixture
def manifest(tmp_path):
    """A folder with a manifest of three lines."""
    file = tmp_path / "run" / "manifest.json"
    file.parent.mkdir()
    file.write_text("{}\n" * 3, encoding="utf-8")
    return file
