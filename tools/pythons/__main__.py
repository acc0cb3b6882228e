"""Runs the unit tests on a newer Python: `python tools/pythons 3.14 [--junit-xml FILE] [...]`.

A `python3.14` on the PATH, or of pyenv, is used as it is. Otherwise it runs in a chroot of Debian's
unstable suite, on Debian as root; where that cannot be, the tests are skipped, and it says why.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email.parser import BytesParser
from pathlib import Path
from xml.etree import ElementTree as ET

from chroot import PYTHONS, RUN, UnavailableError, ready, remove, run_inside, turn
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("winasr_doctor", "tests", "examples", "docs", "benchmarks", "tools", ".github", ".ci")
RESULTS = "results.xml"

TESTS = (
    *("-m", "pytest", "-n", "2", "-p", "no:cacheprovider", "--second-try"),
    *("--ignore", "tests/benchmarks", "--ignore", "tests/docs", "--ignore", "tests/packaging"),
    *("--ignore", "tests/ui/test_mutants.py", "--ignore", "tests/fault_injection/mutations"),
    *("--deselect", "tests/gate/test_suite.py::test_the_suite_bites"),
)
"""As in tox.ini; the fault injection without NeMo is among them."""

PLATFORMS = ("manylinux_2_28", "manylinux2014", "manylinux_2_17", "linux")
COVERAGE = "coverage>=7.10"
"""Measures what the tests and their child processes reach."""

MEASURING = ("-m", "coverage", "run")
REPORTING = (("-m", "coverage", "combine", "--quiet"), ("-m", "coverage", "report"))

VARIABLES = {
    "COVERAGE_CORE": "sysmon",  # cheap; it measures branches from Python 3.14 on
    "WINASR_DOCTOR_LEAVE_OUT": os.environ.get("WINASR_DOCTOR_LEAVE_OUT", ""),
    "WINASR_DOCTOR_SCHEDULES": os.environ.get("WINASR_DOCTOR_SCHEDULES", "1000"),
}


def main() -> int:
    """Run the tests; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, prog="tools/pythons")
    parser.add_argument("version", choices=PYTHONS)
    parser.add_argument("--junit-xml", type=Path, help="where the results go")
    parser.add_argument("--cov", action="store_true", help="measure branch coverage")
    options, arguments = parser.parse_known_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        own = on_this_machine(options.version)
        if own is not None:
            return in_place(own, options, arguments)
        return in_chroot(options, arguments)
    except UnavailableError as error:
        skip(f"no Python {options.version} here: {error}", options.junit_xml)
        return 0


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Print how long something took."""
    begun = time.monotonic()
    yield
    print(f"pythons: {name}: {time.monotonic() - begun:.0f} s", flush=True)


def skip(reason: str, results: Path | None) -> None:
    """Say why nothing ran, in the results, too."""
    print(f"NOT RUN: {reason}")
    if results:
        suite = ET.Element("testsuite", name="pythons", tests="1", skipped="1")
        case = ET.SubElement(suite, "testcase", classname="pythons", name="all tests")
        ET.SubElement(case, "skipped", message=reason)
        ET.ElementTree(suite).write(results)


def on_this_machine(version: str) -> str | None:
    """Return an interpreter that can be run as it is, or `None`."""
    found = [shutil.which(f"python{version}")]
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    found += sorted(map(str, pyenv.glob(f"versions/{version}.*/bin/python")))
    ask = "import sys, venv; print('%d.%d' % sys.version_info[:2])"
    for python in filter(None, found):
        said = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=False)
        if said.returncode == 0 and said.stdout.strip() == version:  # a shim may have none
            return python
    return None


def runs(options: argparse.Namespace, arguments: Sequence[str], junit: Path) -> list[list[str]]:
    """Return the arguments of each run of Python: the tests, then the report on coverage."""
    tests = [*TESTS, *arguments, f"--junit-xml={junit}"]
    if not options.cov:
        return [tests]
    return [[*MEASURING, *tests], *map(list, REPORTING)]


def in_place(python: str, options: argparse.Namespace, arguments: Sequence[str]) -> int:
    """Run the tests with an interpreter of this machine."""
    with tempfile.TemporaryDirectory(prefix="pythons-") as folder:
        with stage("install"):
            subprocess.run([python, "-m", "venv", folder], check=True)
            own = str(Path(folder, "bin", "python"))
            what = [f"{ROOT}[test]", *also_needed(options)]
            subprocess.run([own, *PIP, "install", "--quiet", *what], check=True)
        with stage("tests"):
            junit = (options.junit_xml or Path(folder, RESULTS)).resolve()
            variables = {**os.environ, **VARIABLES, "COVERAGE_FILE": str(Path(folder, "coverage"))}
            codes = [
                subprocess.run([own, *run], cwd=ROOT, env=variables, check=False).returncode
                for run in runs(options, arguments, junit)
            ]
    return next(filter(None, codes), 0)


PIP = ("-m", "pip", "--disable-pip-version-check")


def in_chroot(options: argparse.Namespace, arguments: Sequence[str]) -> int:
    """Run the tests in the chroot, in a folder of their own that goes afterwards."""
    version, results = options.version, options.junit_xml
    with stage("chroot"):
        chroot = ready()
    with turn():
        folder = Path(tempfile.mkdtemp(prefix=RUN, dir=chroot))
    inside = f"/{folder.name}"
    try:
        with stage("download"):
            fetch(version, folder / "wheels", also_needed(options))
        with stage("install"):
            copy(folder / "project")
            python = f"{inside}/venv/bin/python"
            wheels = ["--no-index", "--find-links", f"{inside}/wheels"]
            wheels += ["winasr_doctor[test]", *also_needed(options)]
            must(run_inside(chroot, "/", [f"python{version}", "-m", "venv", f"{inside}/venv"]))
            must(run_inside(chroot, "/", [python, *PIP, "install", "--quiet", *wheels]))
        with stage("tests"):
            variables = {**VARIABLES, "COVERAGE_FILE": f"{inside}/coverage"}
            codes = [
                run_inside(chroot, f"{inside}/project", [python, *run], **variables)
                for run in runs(options, arguments, Path(inside, RESULTS))
            ]
        if results and (folder / RESULTS).exists():
            shutil.copy(folder / RESULTS, results)
        return next(filter(None, codes), 0)
    finally:
        remove(folder)


def must(code: int) -> None:
    """End where a step that must not fail has failed."""
    if code == 125:  # noqa: PLR2004 - chroot.SCRIPT
        raise UnavailableError("nothing can be mounted in a namespace of its own")
    if code:
        sys.exit(f"pythons: preparing the chroot failed with exit code {code}")


def also_needed(options: argparse.Namespace) -> list[str]:
    """Return what a run of the tests needs besides the package's extra."""
    return [COVERAGE] if options.cov else []


def fetch(version: str, folder: Path, more: Sequence[str]) -> None:
    """Build our wheel, and download the wheels that it and its tests need on that Python."""
    pip = [sys.executable, *PIP]
    subprocess.run(
        [*pip, "wheel", "--quiet", "--no-deps", "-w", str(folder), str(ROOT)], check=True
    )
    (wheel,) = folder.glob("*.whl")
    machine = platform.machine()
    target = ["--python-version", version, "--implementation", "cp"]
    for abi in (f"cp{version.replace('.', '')}", "abi3", "none"):
        target += ["--abi", abi]
    for name in PLATFORMS:
        target += ["--platform", f"{name}_{machine}"]
    what = ["--only-binary=:all:", *target, "-d", str(folder), *needed(wheel, version), *more]
    done = subprocess.run([*pip, "download", "--quiet", *what], check=False)
    if done.returncode:
        raise UnavailableError(f"its packages could not be downloaded ({done.returncode})")


def needed(wheel: Path, version: str) -> list[str]:
    """Return what a wheel and its tests need on a Python.

    pip evaluates markers for the Python that runs it, even with `--python-version`; source: pip's
    documentation, "pip download".
    """
    there = {"python_version": version, "python_full_version": f"{version}.0", "extra": "test"}
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (each for each in archive.namelist() if each.endswith(".dist-info/METADATA"))
        metadata = BytesParser().parsebytes(archive.read(name))
    found = map(Requirement, metadata.get_all("Requires-Dist", []))
    return [
        f"{each.name}{each.specifier}"
        for each in found
        if each.marker is None or each.marker.evaluate(there)
    ]


def copy(project: Path) -> None:
    """Copy the repository."""
    project.mkdir()
    ignore = shutil.ignore_patterns("__pycache__", ".tox")
    for name in FOLDERS:
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, project / name, ignore=ignore)
    for file in ROOT.iterdir():
        if file.is_file() and file.name != ".git":
            shutil.copy2(file, project)


if __name__ == "__main__":
    sys.exit(main())
