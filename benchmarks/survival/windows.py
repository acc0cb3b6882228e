"""A sample of the schedules in real time on a Windows Python, started from here."""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).resolve().parent.parent / "survival.py"


def windows_name(path: Path) -> str:
    r"""Return what Windows calls a path; Wine's drive `Z:` is the root of this system."""
    return str(path) if os.name == "nt" else "Z:" + str(path).replace("/", "\\")


def run_on(runner: str, schedules: int, seed: int, only: Sequence[str]) -> dict[str, Any]:
    """Run the sample.

    Args:
        runner: A Windows Python, or a script that starts one with the arguments it is given.
        schedules: How many.
        seed: Of the first one.
        only: Contestants whose names have one of these in them; all if empty.

    Returns:
        What the command prints with `--json`.

    Raises:
        RuntimeError: It has failed.
    """
    packages = windows_name(Path(sysconfig.get_path("purelib")))
    options = ["--schedules", str(schedules), "--seed", str(seed), "--packages", packages]
    for name in only:
        options += ["--only", name]
    finished = subprocess.run(
        [runner, windows_name(SCRIPT), "--json", *options],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    for line in finished.stdout.splitlines():
        if line.startswith("{"):
            document: dict[str, Any] = json.loads(line)
            return document
    raise RuntimeError(f"{runner}: {finished.stdout[-2000:]}{finished.stderr[-2000:]}")
