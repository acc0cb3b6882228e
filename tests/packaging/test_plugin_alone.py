"""The wheel without what it needs, beside pytest alone: the plugin finds a leak."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

LEAK = """
import os

def test_leak(tmp_path):
    with open(tmp_path / "a", "w"):
        os.unlink(tmp_path / "a")

def test_sweep(fault_sweep, tmp_path):
    def action():
        (tmp_path / "b").touch()
        os.unlink(tmp_path / "b")
    fault_sweep(action, operations=["unlink"])
"""


@pytest.mark.parametrize("release", ["pytest", "pytest==8.3.0"])  # the lowest, see pyproject.toml
def test_it_needs_nothing_but_pytest(tmp_path: Path, wheel: Path, release: str) -> None:
    folder = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = str(folder / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet"]
    subprocess.run([*pip, release], check=True)
    subprocess.run([*pip, "--no-deps", str(wheel)], check=True)
    (tmp_path / "test_it.py").write_text(LEAK, encoding="utf-8")
    done = subprocess.run(
        [python, "-m", "pytest", "--windows-sharing", "-p", "no:cacheprovider", "test_it.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    assert "opened at" in done.stdout
