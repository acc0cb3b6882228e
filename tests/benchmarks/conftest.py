"""The benchmarks are no package; this makes theirs importable, and runs the quick table once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
sys.path.append(str(BENCHMARKS))


def run_the_table(*options: str) -> subprocess.CompletedProcess[str]:
    """Run it in a process of its own: it freezes the garbage collector and stands in for NeMo."""
    return subprocess.run(
        [sys.executable, str(BENCHMARKS / "survival.py"), *options],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=580,
    )


@pytest.fixture(scope="session")
def quick_table() -> dict[str, Any]:
    """Return the outcomes of the quick table, by contestant."""
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("Windows' rules are emulated on Linux only; elsewhere the table is real time")
    finished = run_the_table("--quick", "--json")
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


@pytest.fixture
def table():
    """Return how to run the table."""
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("Windows' rules are emulated on Linux only; elsewhere the table is real time")
    return run_the_table
