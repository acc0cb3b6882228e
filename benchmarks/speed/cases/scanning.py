"""What a scan costs, and how that grows with snapshots, source files and findings."""

from __future__ import annotations

import ast
import json
from pathlib import Path

from speed.case import MB, Call, Case, Promise, Python
from speed.cases.starting import NOTHING
from speed.source_tree import write_findings, write_tree

GROUP = "Scan"
MACHINES = Path(__file__).resolve().parents[3] / "examples" / "machines"
RECORDED = str(MACHINES / "temp-in-onedrive.json")
SCAN = ("-m", "winasr_doctor", "scan", "--fail-on", "never", "--snapshot", RECORDED, "--format")


def snapshots(count: int) -> list[bytes]:
    """Return the recorded machines, again and again."""
    documents = [file.read_bytes() for file in sorted(MACHINES.glob("*.json"))]
    return [documents[number % len(documents)] for number in range(count)]


def decode(documents: list[bytes]) -> None:
    """Read the JSON, no more."""
    for document in documents:
        json.loads(document)


def scan_all(documents: list[bytes]) -> None:
    """Decode and scan each."""
    from winasr_doctor import scan
    from winasr_doctor.machine import RecordedMachine
    from winasr_doctor.machine.recorded import decode_snapshot

    for document in documents:
        scan(RecordedMachine(decode_snapshot(document)))


def parse(root: Path) -> None:
    """Read and parse every file, no more."""
    for path in sorted(root.rglob("*.py")):
        ast.parse(path.read_text(encoding="utf-8"))


def examine(root: Path) -> int:
    """Read an app's source and run every check of it; return how many findings there are."""
    from winasr_doctor import scan
    from winasr_doctor.appsource import read_application
    from winasr_doctor.testing import machine

    report = scan(machine(read_application([root])), select=["APP", "REV"])
    return sum(result.severity is not None for result in report.results)


def examine_and_report(given: tuple[Path, int]) -> None:
    """Scan an app that has at least so many findings, and write the report as JSON."""
    from winasr_doctor import scan
    from winasr_doctor.appsource import read_application
    from winasr_doctor.report import render
    from winasr_doctor.testing import machine

    root, findings = given
    report = scan(machine(read_application([root])), select=["APP", "REV"])
    assert sum(result.severity is not None for result in report.results) >= findings  # noqa: S101
    render(report, "json")


def _command(name: str) -> Case:
    return Case(
        name=f"scan-{name}",
        group=GROUP,
        title=f"scan a recorded machine, --format {name}",
        theirs=NOTHING,
        ours=Python("scan", (*SCAN, name)),
        pairs=8,
        promises=(Promise("extra", 0.060), Promise("memory", 60 * MB)),
    )


def empty_file(folder: Path) -> Path:
    """Write what another linter finds nothing in."""
    (folder / "empty.py").touch()
    return folder


BESIDE_BANDIT = Case(
    name="scan-bandit",
    group=GROUP,
    title="start and look at next to nothing",
    theirs=Python("bandit on an empty file", ("-m", "bandit", "-q", "empty.py")),
    ours=Python("scan of a recorded machine", (*SCAN, "text")),
    prepare=empty_file,
    pairs=8,
    promises=(Promise("ratio", 1.0),),
    needs="bandit",
)


def _beside(linter: str, *arguments: str) -> Case:
    """Return the scan of 1,000 source files beside a linter of the same files."""
    return Case(
        name=f"app-{linter}",
        group=f"{GROUP}: source files of an app, beside linters",
        title=f"1,000 source files, beside {linter}",
        theirs=Python(linter, ("-m", linter, *arguments)),
        ours=Python("scan --app", (*SCAN, "text", "--select", "APP,REV", "--app", ".")),
        prepare=lambda folder: write_tree(folder, 1_000),
        pairs=1,
        promises=(Promise("memory", 200 * MB),),
        needs=linter,
        once=True,
        processes=1 if linter == "bandit" else 2,  # half a minute each time
        warms_up=False,
    )


MANY_SNAPSHOTS = 10_000
"""Snapshots that take so long that imports do not show."""


def _snapshots(count: int, pairs: int, *promises: Promise) -> Case:
    return Case(
        name=f"snapshots-{count}",
        group=f"{GROUP}: a fleet of snapshots",
        title=f"{count:,} snapshots in one process",
        theirs=Call("json.loads", decode),
        ours=Call("decode and scan", scan_all),
        prepare=lambda _: snapshots(count),
        size=count,
        pairs=pairs,
        processes=3 if count < MANY_SNAPSHOTS else 2,
        promises=promises,
        warms_up=count < MANY_SNAPSHOTS,
    )


LARGE = 250
"""Files from which on an app is not parsed as a whole."""

MANY_FILES = 4_000
"""Files that take so long that imports do not show."""


def _files(count: int, pairs: int, *promises: Promise) -> Case:
    return Case(
        name=f"files-{count}",
        group=f"{GROUP}: source files of {'a small app' if count < LARGE else 'an app'}",
        title=f"{count:,} source files",
        theirs=Call("ast.parse", parse),
        ours=Call("read and check", examine),
        prepare=lambda folder: write_tree(folder, count),
        size=count,
        pairs=pairs,
        processes=3 if count < MANY_FILES else 2,
        promises=promises,
        once=True,
        warms_up=count < MANY_FILES,
    )


def _package(name: str, title: str) -> Case:
    """Return the scan of a large package that is installed."""
    return Case(
        name=f"app-{name}",
        group=f"{GROUP}: large packages",
        title=title,
        theirs=Call("ast.parse", parse),
        ours=Call("read and check", examine),
        prepare=lambda _: _folder_of(name),
        pairs=1,
        promises=(Promise("ratio", 2.0), Promise("memory", 200 * MB)),
        needs=name,
        once=True,
        processes=2,
        warms_up=False,
    )


PARSE = """
import ast, pathlib, sys
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.py")):
    ast.parse(path.read_text(encoding="utf-8"))
"""
ONE_PROCESS = """
from winasr_doctor.__main__ import main
from winasr_doctor._util import process_pool
process_pool.cores = lambda: 1
main()
"""
"""The command as on a machine with one core."""


def _command_on(name: str, title: str, theirs: Python, what: str, *promises: Promise) -> Case:
    """Return the command on a large package, with as many processes as it takes."""
    return Case(
        name=f"{what}-{name}",
        group=f"{GROUP}: large packages, with the processes that help",
        title=title,
        theirs=theirs,
        ours=Python("scan --app", (*SCAN, "json", "--select", "APP,REV", "--app", name)),
        prepare=lambda _: _folder_of(name).parent,
        pairs=1,
        promises=(*promises, Promise("memory", 200 * MB)),
        needs=name,
        once=True,
        warms_up=False,
    )


def _beside_parse(name: str, title: str) -> Case:
    theirs = Python("ast.parse", ("-c", PARSE, name))
    return _command_on(name, title, theirs, "command", Promise("ratio", 2.0))


def _beside_one_process(name: str, title: str) -> Case:
    arguments = ("-c", ONE_PROCESS, *SCAN[2:], "json", "--select", "APP,REV", "--app", name)
    theirs = Python("scan --app in one process", arguments)
    return _command_on(name, title, theirs, "processes", Promise("ratio", 0.95, "wall"))


def _folder_of(package: str) -> Path:
    from importlib.util import find_spec

    found = find_spec(package)
    folders = found.submodule_search_locations if found else None
    return Path(next(iter(folders or ["."])))


def _findings(count: int, pairs: int, *, per_file: int) -> Case:
    together = per_file >= count
    return Case(
        name=f"findings-{'one-file-' if together else ''}{count}",
        group=f"{GROUP}: findings, {'all in one file' if together else 'five in a file'}",
        title=f"{count:,} findings, with the report",
        theirs=Call("ast.parse", lambda given: parse(given[0])),
        ours=Call("scan and report", examine_and_report),
        prepare=lambda folder: (write_findings(folder, count, per_file), count),
        size=count,
        pairs=pairs,
        once=True,
    )


CASES = (
    _command("text"),
    _command("json"),
    BESIDE_BANDIT,
    _snapshots(100, 5),
    _snapshots(1_000, 3),
    _snapshots(10_000, 1, Promise("seconds", 60)),
    _files(100, 5),
    _files(250, 3),
    _files(1_000, 1, Promise("seconds", 10)),
    _files(4_000, 1, Promise("memory", 200 * MB)),
    _package("nemo", "NeMo's package"),
    _package("transformers", "the package transformers"),
    _beside_parse("nemo", "NeMo's package"),
    _beside_parse("transformers", "the package transformers"),
    _beside_one_process("transformers", "the package transformers"),
    _beside("bandit", "-q", "--exit-zero", "-r", "."),
    _beside("ruff", "check", "--isolated", "--exit-zero", "-q", "."),
    _findings(10, 5, per_file=5),
    _findings(100, 3, per_file=5),
    _findings(1_000, 1, per_file=5),
    _findings(10, 5, per_file=10),
    _findings(100, 3, per_file=100),
    _findings(1_000, 1, per_file=1_000),
)
