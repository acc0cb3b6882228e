"""`sweep`: removes what earlier failed cleanups left behind."""

from __future__ import annotations

import click

from winasr_doctor.cli.output import format_option, write_blocks, write_json


@click.command("sweep")
@click.option("--list", "only_list", is_flag=True, help="Only list the leftovers; remove nothing.")
@format_option()
def command(*, only_list: bool, format_: str) -> None:
    """Remove leftovers of earlier failed cleanups, and nothing else.

    Every temporary folder that could not be removed, or whose process died, is recorded. A folder
    or file that something else has replaced since, or that a living process still works in, is
    left alone.
    """
    from winasr_doctor.locks import RetryPolicy, sweep, waiting
    from winasr_doctor.locks.sweep_output import document, show

    report = waiting() if only_list else sweep(policy=RetryPolicy())
    if format_ == "json":
        write_json(document(report))
    else:
        write_blocks(show(report, only_listed=only_list))
