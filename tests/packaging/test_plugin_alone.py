"""The wheel without what it needs, beside pytest alone: the plugin finds a leak."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.plugin.alone import run_alone


@pytest.mark.parametrize("release", ["pytest", "pytest==8.3.0"])  # the lowest, see pyproject.toml
def test_it_needs_nothing_but_pytest(tmp_path: Path, wheel: Path, release: str) -> None:
    folder = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = str(folder / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet"]
    subprocess.run([*pip, release], check=True)
    subprocess.run([*pip, "--no-deps", str(wheel)], check=True)
    printed = run_alone(python, tmp_path)
    assert "1 failed, 1 passed" in printed, printed
    assert "opened at" in printed
