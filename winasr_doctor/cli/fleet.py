"""`fleet`: one report about many machines, and scripts that collect from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from winasr_doctor._util.input_error import InputError
from winasr_doctor.cli.console import write_lines, write_report
from winasr_doctor.cli.output import write_blocks, write_json
from winasr_doctor.fleet import scripts
from winasr_doctor.fleet.scripts import ENGINES, PORTABLE_FOLDER

if TYPE_CHECKING:
    from winasr_doctor.fleet.rows import MachineRow, UnreadFile

_FORMATS = ("text", "html", "json", "ndjson", "csv")


@click.group("fleet")
def command() -> None:
    """Report about many machines at once; write scripts that collect from them."""


@command.command("report")
@click.argument("folder", nargs=-1, required=True, metavar="DIR...")
@click.option("--before", metavar="DIR", help="An earlier collection to compare with.")
@click.option(
    "--salt", metavar="SECRET", default="", help="Replace names by pseudonyms made with this."
)
@click.option("--format", "format_", type=click.Choice(_FORMATS), default="text", show_default=True)
@click.option(
    "--output", "-o", metavar="FILE", help="Where to write the report; by default stdout."
)
@click.option(
    "--processes", type=click.IntRange(1, 61), metavar="N", help="By default one for each core."
)
def report(
    folder: tuple[str, ...],
    before: str | None,
    salt: str,
    format_: str,
    output: str | None,
    processes: int | None,
) -> None:
    """Add up what was collected from many machines.

    DIR holds any number of snapshots, reports, digests and bug reports (.json, .json.gz, .zip), in
    any folders. Snapshots are scanned again with today's checks. A machine is named after its file,
    or after the folder in DIR if the file has a usual name, such as snapshot.json.
    """
    from winasr_doctor.fleet.examining import examine

    roots = [_existing(each) for each in folder]
    rows = examine(roots, salt=salt, processes=processes)
    if format_ in ("ndjson", "csv"):
        if before:
            raise InputError("NDJSON and CSV only list machines: leave --before out")
        _write_machines(rows, format_, output)
    else:
        earlier = examine([_existing(before)], salt=salt, processes=processes) if before else None
        _write_sums(rows, earlier, format_, output)


def _write_machines(
    rows: Iterable[MachineRow | UnreadFile], format_: str, output: str | None
) -> None:
    from winasr_doctor.fleet.document import csv_lines, ndjson_lines

    lines = ndjson_lines(rows) if format_ == "ndjson" else csv_lines(rows)
    write_lines(lines, output, encoding="utf-8")


def _write_sums(
    rows: Iterator[MachineRow | UnreadFile],
    earlier: Iterator[MachineRow | UnreadFile] | None,
    format_: str,
    output: str | None,
) -> None:
    from winasr_doctor.fleet.comparison import compared

    sums, changes = compared(rows, earlier)
    if format_ == "json":
        from winasr_doctor.fleet.document import document

        write_json(document(sums, changes), output)
    elif format_ == "html":
        from winasr_doctor.fleet.html import render

        write_report(render(sums, changes), output, encoding="utf-8")
    else:
        from winasr_doctor.fleet.showing import show

        write_blocks(show(sums, changes), output)
    if not sums.machines:
        raise InputError("no snapshot, report or digest could be read")


def _existing(name: str) -> Path:
    path = Path(name)
    try:
        path.stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"cannot read {name}: {reason}") from error
    return path


@command.command("script")
@click.argument("engine", type=click.Choice(ENGINES))
@click.option(
    "--folder",
    default=PORTABLE_FOLDER,
    show_default=True,
    metavar="DIR",
    help="Where the portable folder is on every machine.",
)
@click.option(
    "--snapshot-to", "share", default="", metavar="DIR", help="A share to copy snapshots to, too."
)
@click.option(
    "--output", "-o", metavar="FILE", help="Where to write the script; by default stdout."
)
def script(engine: str, folder: str, share: str, output: str | None) -> None:
    """Write a PowerShell script with which an engine scans every machine.

    The script runs the portable folder, prints the digest as its last line, and ends with the exit
    code that the engine understands.
    """
    try:
        text = scripts.script(engine, folder=folder, share=share)
    except scripts.ScriptValueError as error:
        raise InputError(str(error)) from error
    write_report(text, output, encoding="ascii")
