"""Fetches a package with its tests, and runs these plainly and with the sharing rules in turn."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PLAIN = ("-p", "no:winasr_doctor")
SHARING = ("--windows-sharing=handles", "--windows-marks")
REFUSED = re.compile(r"\[WinError \d+\]|\bheld by ")
"""What the text of a failure has that is due to a refusal."""


class Run(NamedTuple):
    """One run of pytest: seconds of CPU, the outcome of each test, and whether it ended."""

    cpu: float
    outcomes: dict[str, str]
    refused: tuple[str, ...]
    ended: bool


class Workshop:
    """A folder with an environment for each package."""

    def __init__(self, folder: Path, pairs: int, seconds: float) -> None:
        self.folder = folder
        self.pairs = pairs
        self.seconds = seconds
        folder.mkdir(parents=True, exist_ok=True)

    def environment(self, name: str, requirements: Sequence[str]) -> Path:
        """Make an environment with these packages and this project alone; return its Python."""
        folder = self.folder / name / "venv"
        python = folder / "bin" / "python"
        self._call("uv", "venv", "--quiet", "--clear", "--python", sys.executable, str(folder))
        install = ["uv", "pip", "install", "--quiet", "--python", str(python)]
        self._call(*install, "pytest", *requirements)
        self._call(*install, "--no-deps", str(ROOT))
        return python

    def source(self, name: str, requirement: str) -> Path:
        """Fetch a source distribution; return the unpacked folder."""
        folder = self.folder / name / "source"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self._call("unearth", requirement, "--no-binary", "--download", str(folder))
        for archive in [one for one in folder.iterdir() if one.is_file()]:
            options = {} if archive.suffix == ".zip" else {"filter": "data"}
            shutil.unpack_archive(archive, folder, **options)
        return next(one for one in folder.iterdir() if one.is_dir())

    @staticmethod
    def _call(*command: str) -> None:
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        done = subprocess.run(
            command, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed: {done.stderr.strip()[-400:]}")


def run_tests(python: Path, folder: Path, arguments: Sequence[str], seconds: float) -> Run:
    """Run pytest in a folder.

    Args:
        python: The Python.
        folder: The folder.
        arguments: What pytest is given.
        seconds: After which it is ended.
    """
    report = folder / "world.xml"
    report.unlink(missing_ok=True)
    command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
    command += [f"--junit-xml={report}", "-o", "junit_logging=all", "-o", "addopts="]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(folder / "src"), str(folder)])}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # else each run compiles everything anew
    process = subprocess.Popen(
        [*command, *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    signal.signal(signal.SIGALRM, lambda *_: os.killpg(process.pid, signal.SIGKILL))
    signal.setitimer(signal.ITIMER_REAL, seconds)
    _, _, usage = os.wait4(process.pid, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    process.returncode = 0
    outcomes, refused = _read(report)
    return Run(usage.ru_utime + usage.ru_stime, outcomes, refused, report.exists())


def _read(report: Path) -> tuple[dict[str, str], tuple[str, ...]]:
    outcomes: dict[str, str] = {}
    refused = []
    if not report.exists():
        return outcomes, ()
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - pytest has just written it
        name = f"{case.get('classname')}::{case.get('name')}"
        kinds = {child.tag for child in case}
        outcomes[name] = next(
            (kind for kind in ("error", "failure", "skipped") if kind in kinds), ""
        )
        if any(REFUSED.search(child.text or "") for child in case.iter()):
            refused.append(name)
    return outcomes, tuple(refused)


def examine_suite(work: Workshop, name: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Run a package's tests in pairs and return its row of the table.

    Args:
        work: Where.
        name: The package.
        entry: Its table of `packages.toml`.
    """
    requirement = f"{name}=={entry['version']}"
    python = work.environment(name, [requirement, *entry.get("needs", ())])
    folder = work.source(name, requirement)
    arguments = [*entry.get("tests", ["tests"]), *entry.get("options", ())]
    run_tests(python, folder, [*SHARING, "--collect-only", *arguments], work.seconds)  # compiles
    plain, sharing = [], []
    for _ in range(work.pairs):
        plain.append(run_tests(python, folder, [*PLAIN, *arguments], work.seconds))
        sharing.append(run_tests(python, folder, [*SHARING, *arguments], work.seconds))
    failed = set().union(*(_failed(run) for run in plain))
    more = sorted(set().union(*(_failed(run) for run in sharing)) - failed)
    return {
        "name": name,
        "version": entry["version"],
        "tests": len(plain[0].outcomes),
        "failed": len(failed),
        "more": more,
        "refused": sorted({one for run in sharing for one in run.refused} & set(more)),
        "cpu": [round(run.cpu, 2) for run in plain],
        "cpu_sharing": [round(run.cpu, 2) for run in sharing],
        "ended": all(run.ended for run in (*plain, *sharing)),
    }


def _failed(run: Run) -> set[str]:
    return {name for name, outcome in run.outcomes.items() if outcome in {"error", "failure"}}
