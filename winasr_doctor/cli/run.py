"""`run`: runs an unmodified app with a safe TEMP and the guard on."""

from __future__ import annotations

from collections.abc import Sequence

import click

from winasr_doctor._util.input_error import InputError
from winasr_doctor.cli.console import progress
from winasr_doctor.frameworks.guarded import NAMES


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
    help=f"When {NAMES} has not moved for so long, say where every thread stands; 0 for never.",
)
@click.option("--quiet", "-q", is_flag=True, help="Say nothing before the app starts.")
@click.argument("app", nargs=-1, type=click.UNPROCESSED, metavar="-- SCRIPT_OR_-m_MODULE [ARGS]...")
@click.pass_context
def command(
    ctx: click.Context,
    app: Sequence[str],
    inject: str | None,
    scratch: str | None,
    silence: float,
    *,
    quiet: bool,
) -> None:
    """Run an unmodified app with a safe TEMP and the guard on.

    The app gets a private temporary folder on a local, unsynced drive, which is removed at its
    end, and NeMo's load and transcribe survive cleanups that fail, in worker processes too. Its
    arguments, its input and output, signals and its exit code are left alone; what is said here
    goes to stderr.

    \b
    python -m winasr_doctor run -- app.py --port 7860
    python -m winasr_doctor run --inject "unlink:32*inf@manifest.json" -- -m my_app
    """  # noqa: D301 - click reads the control character
    from winasr_doctor.faults.plan import Plan, PlanError
    from winasr_doctor.run import Order, RunTarget, ScratchError, TargetError, run

    try:
        order = Order(
            RunTarget.parse(app),
            scratch,
            Plan.parse(inject) if inject is not None else None,
            silence,
            quiet,
        )
        ctx.exit(run(order, progress))
    except (PlanError, TargetError, ScratchError) as error:
        raise InputError(str(error)) from error
