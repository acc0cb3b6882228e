"""Runs tests against a copy of the package in which one thing has been made wrong on purpose."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import winasr_doctor

ROOT = Path(__file__).parents[2]
SECONDS = 600


def failures(folder: Path, module: str, right: str, wrong: str, test: str) -> str:
    """Say which tests fail with a mutant.

    Args:
        folder: An empty one, for the copy.
        module: The file in the package.
        right: What stands there, once.
        wrong: What is to stand there.
        test: The tests to run, below `tests/ui`.

    Returns:
        pytest's lines on them; empty when the mutant lives.
    """
    package = Path(winasr_doctor.__file__).parent
    copy = folder / "winasr_doctor"
    shutil.copytree(package, copy, ignore=shutil.ignore_patterns("__pycache__"))
    source = (copy / module).read_text(encoding="utf-8")
    assert source.count(right) == 1
    (copy / module).write_text(source.replace(right, wrong), encoding="utf-8")
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "winasr_doctor.pytest_plugin"),
            *("-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT)),
            *("-x", "-q", "-p", "no:cacheprovider", str(ROOT / "tests" / "ui" / test)),
        ],
        cwd=folder,  # which `-m` puts before everything else
        env={
            **os.environ,
            "WINASR_DOCTOR_STATE": str(folder / "state"),
            "WINASR_DOCTOR_PATIENCE": "10000",  # milliseconds; a mutant may say nothing at all
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTEST_ADDOPTS": "",
        },
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert ended.returncode in (0, 1), ended.stdout + ended.stderr
    return "\n".join(line for line in ended.stdout.splitlines() if line.startswith("FAILED"))
