r"""Runs the real NeMo on Windows' Python: `python tools/wine_nemo [--docs] [PYTEST'S ...]`.

It loads and transcribes while another Windows process has its files open, without the guard and
with it. What happened is printed as a transcript; `--docs` puts it into the documentation.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "wine"))

from building import PYTHON, RUN, cache_folder  # noqa: E402
from machine import make  # noqa: E402
from results import count, merge  # noqa: E402
from wine import Prefix, Wine, find  # noqa: E402

PAGE = ROOT / "docs" / "nemo-on-windows-python.md"
BEGIN, END = "```text\n", "```\n"

PYTEST = (
    *("-m", "pytest", "-p", "no:cacheprovider", "-q", "-s", "-rfE", "--no-header"),
    *(r"--basetemp=C:\t", "-o", "junit_family=xunit1", r"--junitxml=C:\results\nemo.xml"),
)
TESTS = "tests/wine_nemo/test_real_nemo_and_real_locks.py"
VARIABLES = {"WINASR_DOCTOR_TRANSCRIPT": r"C:\results\transcript.txt"}


def main() -> int:
    """Run the scenarios; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, prog="tools/wine_nemo")
    parser.add_argument("--junit-xml", type=Path, help="where the results go")
    parser.add_argument("--docs", action="store_true", help="put the transcript into docs")
    options, arguments = parser.parse_known_args()
    wine = find()
    if wine is None:
        reason = "Wine is not installed (Debian's packages are wine64 and wine)"
        print(f"NOT RUN: {reason}")
        if options.junit_xml:
            merge([], {"all tests": reason}).write(options.junit_xml)
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the machine is stopped
    cache = cache_folder()
    with tempfile.TemporaryDirectory(prefix=RUN, dir=cache, ignore_cleanup_errors=True) as folder:
        machine = make(wine, Path(folder) / "machine", _wheel(Path(folder)), VARIABLES)
        code, transcript = _run(machine, wine, arguments)
        results = merge(sorted(machine.drive_c.glob("results/*.xml")), {})
    if options.junit_xml:
        results.write(options.junit_xml)
    counts = count(results)
    print("\n" + transcript)
    print(*counts.lines(), sep="\n")
    if options.docs and code == 0 and not arguments:
        _document(transcript)
    return int(bool(code or counts.failed or not counts.passed))


def _wheel(folder: Path) -> Path:
    build = [sys.executable, "-m", "uv", "build", "--quiet", "--wheel", "--out-dir", str(folder)]
    subprocess.run([*build, str(ROOT)], check=True)
    return next(folder.glob("*.whl"))


def _run(machine: Prefix, wine: Wine, arguments: Sequence[str]) -> tuple[int, str]:
    """Run pytest on the machine; return its exit code and the transcript."""
    project = machine.drive_c / "project"
    tests = Path("tests", "wine_nemo")
    shutil.copytree(ROOT / tests, project / tests, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "tests/conftest.py"):
        shutil.copy(ROOT / file, project / file)
    (machine.drive_c / "results").mkdir()
    begun = time.monotonic()
    print("NeMo takes a while to import, and is imported four times", flush=True)
    try:
        command = [PYTHON, *PYTEST, *arguments, TESTS]
        code = machine.run(*command, folder=project, tell=lambda line: print(line, flush=True))
    finally:
        machine.stop()
    minutes, seconds = divmod(round(time.monotonic() - begun), 60)
    told = machine.drive_c / "results" / "transcript.txt"
    lines = [
        f"{dt.datetime.now(dt.timezone.utc):%Y-%m-%d %H:%M} UTC, {wine.version()}",
        told.read_text(encoding="utf-8").strip() if told.exists() else "nothing was told",
        f"\n{minutes} min {seconds} s",
    ]
    return code, "\n".join(lines) + "\n"


def _document(transcript: str) -> None:
    """Put the transcript in the place of the page's first block of text."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    PAGE.write_text(before + BEGIN + transcript + END + after, encoding="utf-8")
    print(f"written to {os.path.relpath(PAGE)}")


if __name__ == "__main__":
    sys.exit(main())
