"""`probe`: measures how long new files stay locked, in TEMP and in other folders."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from statistics import median
from typing import TYPE_CHECKING

import click

from winasr_doctor._util.input_error import InputError
from winasr_doctor.cli import BAD_INPUT
from winasr_doctor.cli.console import progress, stdout_encoding, write_report

if TYPE_CHECKING:
    from winasr_doctor.probe import Conclusion, FolderResult

SCHEMA = "winasr-doctor/probe/1"

_MIB = 1024 * 1024
_ADVICE = {
    "keep": "Keep using {folder}: it is the best of these.",
    "move": "Use {folder}: files can be deleted there sooner, by more than chance explains.",
    "move_away": "Use {folder}: of the others, none is fit.",
    "faster": "Locks do not differ, but {folder} is faster, by more than chance explains.",
    "noise": "The differences are noise. Keep using {folder}.",
    "nothing": "Nothing can be advised: there are no two folders that could be compared.",
}


@click.command("probe")
@click.argument("folders", nargs=-1, metavar="[DIR]...")
@click.option("--size", type=click.IntRange(1, 64), default=32, show_default=True, metavar="MIB")
@click.option(
    "--rounds",
    type=click.IntRange(1, 8),
    default=8,
    show_default=True,
    help="How often in each folder; fewer than 4 cannot tell a difference from chance.",
)
@click.option(
    "--time",
    "seconds",
    type=click.FloatRange(1, 600),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="Begin no further round after this time.",
)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def command(
    ctx: click.Context,
    folders: Sequence[str],
    size: int,
    rounds: int,
    seconds: float,
    format_: str,
) -> None:
    """Measure how long fresh files really stay locked in TEMP and in candidate folders.

    A model's unpacking and deletion is played in each folder in turn. Without DIR, TEMP is
    compared with the folder that the doctor would propose. Everything written is removed again.
    """
    from winasr_doctor.machine.live import LiveMachine
    from winasr_doctor.probe import conclude, probe
    from winasr_doctor.probe.candidates import candidates

    try:
        temp = tempfile.gettempdir()
    except OSError as error:
        raise InputError(f"there is no folder for temporary files: {error.strerror}") from error
    chosen = candidates(folders, temp, LiveMachine())
    results = probe(
        chosen,
        size=size * _MIB,
        rounds=rounds,
        seconds=seconds,
        on_progress=lambda number, folder: progress(f"Round {number} of {rounds}: {folder}"),
    )
    conclusion = conclude(results)
    text = (_json if format_ == "json" else _text)(conclusion, results, size)
    write_report(text, None, encoding=stdout_encoding())
    asked = {candidate.path for candidate in chosen if not candidate.create}
    unmeasured = [each for each in results if not each.rounds and each.folder in asked]
    for each in unmeasured:
        progress(f"Error: {each.folder} was not measured: {each.problem}")
    if unmeasured:
        ctx.exit(BAD_INPUT)


def _text(conclusion: Conclusion, results: Sequence[FolderResult], size: int) -> str:
    lines = [
        f"A model of {size} MiB and a hundred small files was unpacked, read and deleted,"
        " again and again.",
        "",
    ]
    fastest = max((each.throughput or 0.0 for each in conclusion.ranking), default=0.0)
    for number, result in enumerate(conclusion.ranking, 1):
        lines += [f"{number}. {_named(result)}", *_figures(result, fastest), ""]
    for result in results:
        if not result.rounds:
            lines += [f"-  {_named(result)}", f"     not measured: {result.problem}", ""]
    return "\n".join([*lines, _advice(conclusion)]) + "\n"


def _named(result: FolderResult) -> str:
    return f"{result.folder}{' (TEMP)' if result.is_temp else ''}"


def _figures(result: FolderResult, fastest: float) -> Iterator[str]:
    quantiles = [result.undeletable(fraction) for fraction in (0.5, 0.95, 1.0)]
    times = "median {}, 95 % {}, worst {}".format(*map(_milliseconds, quantiles))
    yield f"     undeletable for    {times}"
    rounds, waited = len(result.rounds), sum(bool(each.waits) for each in result.rounds)
    codes = ", ".join(f"{label}: {count}" for label, count in result.codes.items())
    yield (
        f"     needed a retry     {result.retried} of {result.deletions} deletions,"
        f" in {waited} of {rounds} round{'s' * (rounds != 1)}{f' ({codes})' if codes else ''}"
    )
    if result.holders:
        yield f"     held by            {', '.join(result.holders)}"
    elif result.retried:
        yield "     held by            unknown: gone before it could be asked, or it did not say"
    speed = result.throughput
    if speed is not None:
        of_best = f", {speed / fastest:.0%} of the fastest" if speed < fastest else ""
        yield f"     throughput         {speed:.0f} MiB/s{of_best}"
    for reason in result.against:
        yield f"     against it         {reason}"
    if result.problem:
        yield f"     stopped            {result.problem}"


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


def _advice(conclusion: Conclusion) -> str:
    key = conclusion.advice.value
    if conclusion.use is None:
        return _ADVICE["nothing"]
    others = [each for each in conclusion.ranking if each is not conclusion.use]
    if key == "move" and others and all(each.against or each.left for each in others):
        key = "move_away"
    return _ADVICE[key].format(folder=conclusion.use.folder)


def _json(conclusion: Conclusion, results: Sequence[FolderResult], size: int) -> str:
    import json

    unmeasured = [result for result in results if not result.rounds]
    use = conclusion.use
    document = {
        "schema": SCHEMA,
        "bytes_per_round": size * _MIB,
        "advice": conclusion.advice.value,
        "use": None if use is None else use.folder,
        "sentence": _advice(conclusion),
        "folders": [_as_dict(each) for each in (*conclusion.ranking, *unmeasured)],
    }
    return json.dumps(document, indent=2) + "\n"


def _as_dict(result: FolderResult) -> dict[str, object]:
    unpacking = [each.unpack_seconds for each in result.rounds]
    deleting = [each.delete_seconds for each in result.rounds]
    return {
        "folder": result.folder,
        "is_temp": result.is_temp,
        "rounds": len(result.rounds),
        "problem": result.problem or None,
        "against": list(result.against),
        "undeletable_seconds": {
            "median": result.undeletable(0.5),
            "p95": result.undeletable(0.95),
            "worst": result.undeletable(1.0),
        },
        "longest_wait_by_round": result.waits,
        "deletions": result.deletions,
        "retried": result.retried,
        "left": result.left,
        "codes": dict(result.codes),
        "holders": list(result.holders),
        "unpack_seconds": median(unpacking) if unpacking else None,
        "delete_seconds": median(deleting) if deleting else None,
        "mib_per_second": result.throughput,
    }
