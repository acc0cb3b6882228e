"""Runs two tests with the plugin and without the rest of the package; one leaks a file."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

TESTS = """
import os, sys

def test_leak(tmp_path):
    with open(tmp_path / "a", "w"):
        os.unlink(tmp_path / "a")

def test_sweep(fault_sweep, tmp_path):
    def action():
        (tmp_path / "b").touch()
        os.unlink(tmp_path / "b")
    fault_sweep(action, operations=["unlink"])
"""


def run_alone(python: str, folder: Path, *options: str, more: str = "", **variables: str) -> str:
    """Return what an interpreter's pytest prints of these tests, and of more tests, in a folder."""
    (folder / "test_it.py").write_text(TESTS + more, encoding="utf-8")
    command = [python, "-m", "pytest", "--windows-sharing", "-p", "no:cacheprovider", *options]
    return subprocess.run(
        [*command, "test_it.py"],
        cwd=folder,
        env=os.environ | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    ).stdout
