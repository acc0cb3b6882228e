"""`bug-report`: makes one redacted file, and a Markdown block to paste."""

from __future__ import annotations

import datetime as dt
import os

import click
import msgspec
from msgspec import structs

from winasr_doctor._util.input_error import InputError
from winasr_doctor.cli import INTERNAL_ERROR
from winasr_doctor.cli.console import progress
from winasr_doctor.cli.output import format_option, write_blocks, write_json
from winasr_doctor.cli.subject import ScanSubject, apply_config, config_option, subject_options


@click.command("bug-report", epilog="Defaults come from [tool.winasr_doctor] in pyproject.toml.")
@config_option(apply_config)
@subject_options()
@click.option("--traceback", metavar="FILE", help="A traceback or log to put in; - for stdin.")
@click.option(
    "--output",
    "-o",
    metavar="FILE",
    default="winasr-bug-report.zip",
    show_default=True,
    help="The file to write.",
)
@format_option()
@click.pass_context
def command(
    ctx: click.Context, subject: ScanSubject, traceback: str | None, output: str, format_: str
) -> None:
    """Make one file for a bug report, without names or secrets, and a text to paste.

    It holds the recorded machine, the scan's report, your log with its diagnosis, the versions,
    the leftovers and the verdict of the last `run`. The scan also tries the imports, as with
    --deep. Nothing is sent. `scan --snapshot FILE.zip` and `explain FILE.zip` open it again.
    """
    from winasr_doctor.bug_report import BugReportOrder, LeakError, collect
    from winasr_doctor.bug_report.showing import document, show
    from winasr_doctor.explain import read_log
    from winasr_doctor.locks import waiting
    from winasr_doctor.locks.sweep_output import document as leftovers
    from winasr_doctor.run.json import last

    log = None if traceback is None else read_log(traceback)
    deep = subject.deep or subject.snapshot is None
    host, report = structs.replace(subject, deep=deep).scan()
    now = dt.datetime.now(dt.timezone.utc)
    left = msgspec.to_builtins(leftovers(waiting()))
    try:
        made = collect(BugReportOrder(host, report, log, last(), left, now))
    except LeakError as leak:
        progress(f"Error: {leak}")
        ctx.exit(INTERNAL_ERROR)
    _write(made.archive, output)
    file = os.path.abspath(output)  # noqa: PTH100 - a link stays one
    if format_ == "json":
        write_json(document(made, file))
    else:
        write_blocks(show(made, file))


def _write(archive: bytes, file: str) -> None:
    try:
        with open(file, "wb") as stream:  # noqa: PTH123 - as everywhere in this room
            stream.write(archive)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"cannot write the bug report to {file}: {reason}") from error
