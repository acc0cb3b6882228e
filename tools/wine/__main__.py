r"""Runs the tests as Windows processes: `python tools/wine [--junit-xml FILE] [PYTEST'S ...]`.

Without further arguments all tests run that can, on two Windows machines at once. Each is a fresh
copy, in which our wheel is installed and the tests of our source distribution lie in `C:\project`.
"""

from __future__ import annotations

import argparse
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from building import PYTHON, RUN, SITE, cache_folder, copy_machine, install
from results import count, merge
from wine import Prefix, Wine, find

ROOT = Path(__file__).resolve().parents[2]

MACHINES = 2
"""How many run at once. Each has a registry, and a wineserver, of its own."""

LIMIT = 900.0
"""Seconds for one part of the tests; a machine that takes longer is stopped."""

STALE = 86400.0
"""Seconds after which what a run left behind, having been killed, is removed."""

ELSEWHERE = {
    "tests/nemo": "needs NeMo",
    "tests/gpu": "needs NeMo",
    "tests/canary": "needs NeMo",
    "tests/hub": "needs huggingface_hub",
    "tests/torch_hub": "needs torch",
    "tests/fault_injection/nemo": "needs NeMo",
    "tests/fault_injection/mutations": "is about the tests, which are the same on any system",
    "tests/gate/test_suite.py::test_the_suite_bites": "is about the tests, too",
    "tests/ui": "needs Gradio",
    "tests/appsource/test_large_apps.py::test_files_that_are_not_parsed_would_have_no_findings": (
        "is about the rules, which are the same on any system"
    ),
    "tests/benchmarks": "is about programs that run on Linux",
    "tests/differential": "begins on Linux, and asks Windows",
    "tests/portable": "begins on Linux, and runs the portable folder on Windows",
    "tests/docs": "is about the documentation",
    "tests/packaging": "is about the built files, which are there already",
    "tests/wine_nemo": "needs NeMo; tox -e wine-nemo runs it",
}
"""Folders, files and tests that are not run, and why."""

LONG = ("run", "plugin", "wine", "cli")
"""Folders whose tests start many processes: these go first."""

FROM_LINUX = ("differential", "portable")
"""Folders of tests that run on this system, with a machine at hand."""

VARIABLES = {
    "WINASR_DOCTOR_LEAVE_OUT": "texts,the repository",  # tests/conftest.py: here, too
    "WINASR_DOCTOR_SCHEDULES": "150",
    "HYPOTHESIS_STORAGE_DIRECTORY": r"C:\hypothesis",
}

PYTEST = (
    *("-m", "pytest", "-p", "no:cacheprovider", "-rfE", "--second-try", r"--basetemp=C:\t"),
    *("-o", "junit_family=xunit1"),  # the family that knows the properties our tests record
)


@dataclass
class Part:
    """Some of the tests, for one start of pytest.

    Attributes:
        name: Names the part.
        arguments: pytest's.
    """

    name: str
    arguments: Sequence[str]


def parts() -> list[Part]:
    """Split the tests, those that promise to take longest first."""
    tests = ROOT / "tests"
    folders = [
        folder
        for folder in tests.iterdir()
        if folder.is_dir() and f"tests/{folder.name}" not in ELSEWHERE
        if any(folder.rglob("test_*.py"))
    ]
    size = {folder: sum(file.stat().st_size for file in folder.rglob("*.py")) for folder in folders}
    folders.sort(key=lambda folder: (folder.name not in LONG, -size[folder]))
    ignored = [f"--{'deselect' if '::' in name else 'ignore'}={name}" for name in ELSEWHERE]
    # pytest runs what it is given by name, even if it is to be ignored.
    single = sorted({f"tests/{file.name}" for file in tests.glob("test_*.py")} - ELSEWHERE.keys())
    return [
        Part("single files", single),
        *(Part(folder.name, [f"tests/{folder.name}", *ignored]) for folder in folders),
    ]


def main() -> int:
    """Run the tests; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, prog="tools/wine")
    parser.add_argument("--junit-xml", type=Path, help="where the results go")
    options, arguments = parser.parse_known_args()
    wine = find()
    if wine is None:
        reason = "Wine is not installed (Debian's packages are wine64 and wine)"
        print(f"NOT RUN: {reason}")
        if options.junit_xml:
            merge([], {"all tests": reason}).write(options.junit_xml)
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the machines are stopped
    begun = time.monotonic()
    cache = cache_folder()
    for left in cache.glob(f"{RUN}*"):
        if time.time() - left.stat().st_mtime > STALE:
            shutil.rmtree(left, ignore_errors=True)
    chosen = [Part("chosen", arguments)] if arguments else parts()
    with tempfile.TemporaryDirectory(prefix=RUN, dir=cache, ignore_cleanup_errors=True) as folder:
        machines = list(_machines(wine, Path(folder), min(MACHINES, len(chosen))))
        print(f"ready after {time.monotonic() - begun:.0f} s", flush=True)
        try:
            broken = _run_all(machines, chosen)
            if not arguments:
                broken += [each for each in FROM_LINUX if not _from_linux(machines[0], each)]
        finally:
            for machine in machines:
                machine.stop()
        files = sorted(Path(folder).glob("*/drive_c/results/*.xml"))
        merged = merge(files, {} if arguments else ELSEWHERE)
    if options.junit_xml:
        merged.write(options.junit_xml)
    minutes, seconds = divmod(round(time.monotonic() - begun), 60)
    print(f"\nWindows CPython under {wine.version()}, {minutes} min {seconds} s")
    counts = count(merged)
    print(*counts.lines(), sep="\n")
    for name in broken:
        print(f"BROKEN {name}: pytest itself failed or took too long")
    return int(bool(broken or counts.failed or not counts.passed))


def _machines(wine: Wine, folder: Path, number: int) -> Iterator[Prefix]:
    """Yield machines with our wheel and our tests."""
    built = folder / "built"
    build = [sys.executable, "-m", "uv", "build", "--quiet", "--out-dir", str(built)]
    subprocess.run([*build, str(ROOT)], check=True)
    (wheel,) = built.glob("*.whl")
    (source,) = built.glob("*.tar.gz")
    shutil.unpack_archive(source, built, filter="data")
    (project,) = (path for path in built.iterdir() if path.is_dir())
    source = project / "winasr_doctor"
    source.rename(project / "source")
    entries = Path("catalogue", "entries")  # which the wheel has compiled, without samples
    shutil.copytree(project / "source" / entries, source / entries)
    shutil.rmtree(project / "source")  # the wheel is tested
    for index in range(number):
        prefix = Prefix(wine, folder / f"machine{index}", VARIABLES)
        copy_machine(wine, prefix.folder)
        shutil.copytree(project, prefix.drive_c / "project")
        install(prefix.drive_c / SITE, str(wheel))
        prefix.run(PYTHON, "-m", "compileall", "-q", r"C:\Python\Lib\site-packages\winasr_doctor")
        yield prefix


def _run_all(machines: Sequence[Prefix], chosen: Sequence[Part]) -> list[str]:
    """Let the machines take one part after another; return the names of those that broke."""
    waiting: queue.SimpleQueue[Part] = queue.SimpleQueue()
    for part in chosen:
        waiting.put(part)
    broken: list[str] = []
    printing = threading.Lock()

    def work(machine: Prefix) -> None:
        while True:
            try:
                part = waiting.get_nowait()
            except queue.Empty:
                return
            begun = time.monotonic()
            said, code = _run_part(machine, part)
            with printing:
                took = time.monotonic() - begun
                print(f"\n--- {part.name}: {took:.0f} s", *said, sep="\n", flush=True)
                if code not in {0, 1, 5}:  # passed, tests failed, none collected
                    broken.append(part.name)

    threads = [threading.Thread(target=work, args=(machine,)) for machine in machines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return broken


def _from_linux(machine: Prefix, name: str) -> bool:
    """Run tests that start on this system; return whether pytest itself ended normally."""
    results = machine.drive_c / "results"
    windows = {
        "WINASR_DOCTOR_WINDOWS_PYTHON": str(machine.drive_c / "Python" / "python.exe"),
        "WINASR_DOCTOR_WINE_MACHINE": str(machine.folder),
    }
    run = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "--second-try"]
    cores = ["-n", "2"] if name == "differential" else []
    finished = subprocess.run(
        [*run, *cores, f"--junitxml={results / name}.xml", f"tests/{name}"],
        cwd=ROOT,
        env={**os.environ, **windows},
        check=False,
    )
    return finished.returncode in {0, 1}


def _run_part(machine: Prefix, part: Part) -> tuple[list[str], int]:
    said: list[str] = []
    result = rf"--junitxml=C:\results\{part.name}.xml"
    limit = threading.Timer(LIMIT, machine.stop)
    limit.start()
    try:
        code = machine.run(
            *(PYTHON, *PYTEST, result, *part.arguments),
            folder=machine.drive_c / "project",
            tell=said.append,
        )
    finally:
        limit.cancel()
    return said, code


if __name__ == "__main__":
    sys.exit(main())
