"""`who`: shows which programs and which Python objects have paths open."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from winasr_doctor.cli.console import stdout_encoding, write_report

if TYPE_CHECKING:
    from winasr_doctor.locks.holders import Holder, Holding

_BAD_INPUT = 2


@click.command("who")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def command(ctx: click.Context, paths: Sequence[str], format_: str) -> None:
    """Say which programs (and which Python objects) have these paths open.

    Files and folders; of a folder everything open below it counts. Each answer takes two seconds
    at most, needs no administrator rights, and says how it is known. Nothing is closed or ended.
    """
    from winasr_doctor.locks.holders import holders_of

    answers = [holders_of(path) for path in paths]
    text = _json(answers) if format_ == "json" else _text(answers)
    write_report(text, None, encoding=stdout_encoding())
    missing = [answer.path for answer in answers if not answer.exists]
    for path in missing:
        click.echo(f"Error: {path} does not exist", err=True)
    if missing:
        ctx.exit(_BAD_INPUT)


def _text(answers: Sequence[Holding]) -> str:
    return "\n".join("\n".join(_lines(answer)) + "\n" for answer in answers)


def _lines(answer: Holding) -> Iterator[str]:
    yield answer.path
    for holder in answer.holders:
        yield f"  {holder}"
        if holder.path != os.path.abspath(answer.path):  # noqa: PTH100 - as it was asked
            yield f"    path: {holder.path}"
        yield f"    known from: {holder.how}"
    if not answer.holders and answer.exists:
        yield f"  nobody{' who could be asked' if answer.undetermined else ''} has it open"
    for sentence in answer.undetermined:
        yield f"  could not be determined: {sentence}"


def _json(answers: Sequence[Holding]) -> str:
    import json

    return json.dumps([_as_dict(answer) for answer in answers], indent=2) + "\n"


def _as_dict(answer: Holding) -> dict[str, object]:
    return {
        "path": answer.path,
        "exists": answer.exists,
        "holders": [_holder(holder) for holder in answer.holders],
        "undetermined": list(answer.undetermined),
        "seconds": round(answer.seconds, 3),
    }


def _holder(holder: Holder) -> dict[str, object]:
    return {
        "who": holder.who.value,
        "pid": holder.pid,
        "process": holder.process,
        "path": holder.path,
        "what": holder.what,
        "how": holder.how,
        "via": holder.via,
    }
