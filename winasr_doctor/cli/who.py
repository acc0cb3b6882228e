"""`who`: shows which other programs have paths open."""

from __future__ import annotations

from collections.abc import Sequence

import click

from winasr_doctor.cli import BAD_INPUT
from winasr_doctor.cli.console import progress
from winasr_doctor.cli.output import format_option, write_blocks, write_json


@click.command("who")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@format_option()
@click.pass_context
def command(ctx: click.Context, paths: Sequence[str], format_: str) -> None:
    """Show which other programs have these files or folders open.

    For a folder, everything open below it counts. Each answer takes two seconds at most, needs no
    administrator rights, and says how it is known. Nothing is closed or ended.
    """
    from winasr_doctor.locks.who import who
    from winasr_doctor.locks.who_output import document, show

    answers = who(paths)
    if format_ == "json":
        write_json(document(answers))
    else:
        write_blocks(show(answers))
    missing = [answer.holding.path for answer in answers if not answer.holding.exists]
    for path in missing:
        progress(f"Error: {path} does not exist")
    if missing:
        ctx.exit(BAD_INPUT)
