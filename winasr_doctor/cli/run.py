"""`run`: runs an unmodified app with a safe TEMP and the guard on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from winasr_doctor._util.input_error import InputError
from winasr_doctor.cli.console import progress
from winasr_doctor.cli.output import progress_blocks, write_json

if TYPE_CHECKING:
    from winasr_doctor.run.json import RunDocument


@click.command(
    "run",
    context_settings={"allow_interspersed_args": False},
    epilog="The exit code is the app's; 2 when there is nothing to run.",
)
@click.option("--inject", metavar="PLAN", help="Let file operations of the app fail by plan.")
@click.option("--scratch", metavar="DIR", help="Where to make the app's TEMP.")
@click.option(
    "--silence",
    metavar="SECONDS",
    type=click.FloatRange(min=0),
    default=60.0,
    show_default=True,
    help="When nothing has moved for this long, show where every thread is; 0 for never.",
)
@click.option(
    "--strict-deletes",
    is_flag=True,
    help="Let the app's own deletions of locked temporary files fail, as they would without run.",
)
@click.option(
    "--retry-deletes",
    metavar="DIR",
    multiple=True,
    help="Try a deletion by the app in this folder again for 1 s before it fails; repeatable.",
)
@click.option("--detach", is_flag=True, help="Keep the app running if run itself is killed.")
@click.option("--report", metavar="FILE", help="Also write the verdict to a file, as JSON.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing before the app starts.")
@click.argument("app", nargs=-1, type=click.UNPROCESSED, metavar="-- SCRIPT_OR_-m_MODULE [ARGS]...")
@click.pass_context
def command(
    ctx: click.Context,
    app: Sequence[str],
    inject: str | None,
    scratch: str | None,
    silence: float,
    retry_deletes: tuple[str, ...],
    report: str | None,
    *,
    strict_deletes: bool,
    detach: bool,
    quiet: bool,
) -> None:
    """Run an unmodified app with a safe TEMP and the guard on.

    The app gets a private temporary folder on a local, unsynced drive, which is removed when it
    ends, and NeMo's load and transcribe survive failing cleanups, in worker processes too. Its
    arguments, input, output, signals and exit code stay the same; the summary goes to stderr.

    \b
    python -m winasr_doctor run -- app.py --port 7860
    python -m winasr_doctor run --inject "unlink:32*inf@manifest.json" -- -m my_app
    """  # noqa: D301 - click reads the control character
    from winasr_doctor.faults.plan import Plan, PlanError
    from winasr_doctor.run.json import document, keep
    from winasr_doctor.run.parent import Order, run
    from winasr_doctor.run.scratch import ScratchError
    from winasr_doctor.run.target import RunTarget, TargetError
    from winasr_doctor.run.verdict import show

    try:
        order = Order(
            RunTarget.parse(app),
            scratch,
            Plan.parse(inject) if inject is not None else None,
            silence,
            quiet,
            strict_deletes,
            retry_deletes,
            detach,
        )
        verdict = run(order, progress_blocks)
    except (PlanError, TargetError, ScratchError) as error:
        raise InputError(str(error)) from error
    progress_blocks(show(verdict))
    written = document(verdict)
    keep(written)
    if report is not None:
        _write(written, report)
    ctx.exit(verdict.code)


def _write(document: RunDocument, file: str) -> None:
    """Write the verdict; if that fails, the exit code is still the app's."""
    try:
        write_json(document, file)
    except InputError as error:
        progress(f"Error: {error}")
