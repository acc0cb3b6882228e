"""`probe`: measures how long new files stay locked, in TEMP and in other folders."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence

import click

from winasr_doctor._util.input_error import InputError
from winasr_doctor.cli import BAD_INPUT
from winasr_doctor.cli.console import progress
from winasr_doctor.cli.output import format_option, write_blocks, write_json


@click.command("probe")
@click.argument("folders", nargs=-1, metavar="[DIR]...")
@click.option("--size", type=click.IntRange(1, 64), default=32, show_default=True, metavar="MIB")
@click.option(
    "--rounds",
    type=click.IntRange(1, 8),
    default=8,
    show_default=True,
    help="Rounds in each folder; with fewer than 4, every difference may be chance.",
)
@click.option(
    "--time",
    "seconds",
    type=click.FloatRange(1, 600),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="Start no new round after this time.",
)
@format_option()
@click.pass_context
def command(
    ctx: click.Context,
    folders: Sequence[str],
    size: int,
    rounds: int,
    seconds: float,
    format_: str,
) -> None:
    """Measure how long new files stay locked in TEMP and in other folders.

    It unpacks and deletes a model-like archive in each folder in turn. Without DIR, it compares
    TEMP with the folder that the doctor would propose. It removes everything that it writes.
    """
    from winasr_doctor.machine.live import LiveMachine
    from winasr_doctor.probe import conclude, probe
    from winasr_doctor.probe.candidates import candidates
    from winasr_doctor.probe.json import document
    from winasr_doctor.probe.report import ProbeReport, show
    from winasr_doctor.probe.result import MEBIBYTE

    try:
        temp = tempfile.gettempdir()
    except OSError as error:
        raise InputError(f"there is no folder for temporary files: {error.strerror}") from error
    chosen = candidates(folders, temp, LiveMachine())
    results = probe(
        chosen,
        size=size * MEBIBYTE,
        rounds=rounds,
        seconds=seconds,
        on_progress=lambda number, folder: progress(f"Round {number} of {rounds}: {folder}"),
    )
    report = ProbeReport(tuple(results), conclude(results), size * MEBIBYTE)
    if format_ == "json":
        write_json(document(report))
    else:
        write_blocks(show(report))
    asked = {candidate.path for candidate in chosen if not candidate.create}
    unmeasured = [each for each in report.unmeasured if each.folder in asked]
    for each in unmeasured:
        progress(f"Error: {each.folder} was not measured: {each.problem}")
    if unmeasured:
        ctx.exit(BAD_INPUT)
