"""`selftest`: checks that speech recognition works on this machine, even when files are locked."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

import click

from winasr_doctor._util.input_error import InputError
from winasr_doctor.cli import BAD_INPUT, FAILED, PASSED
from winasr_doctor.cli.console import progress
from winasr_doctor.cli.device import device_option
from winasr_doctor.cli.output import format_option, write_blocks, write_json
from winasr_doctor.frameworks.names import NAMES

if TYPE_CHECKING:
    from winasr_doctor.faults.plan import Plan

_EXIT_CODES = {
    "passed": PASSED,
    "wrong_text": FAILED,
    "failed": FAILED,
    "unavailable": BAD_INPUT,
    "nothing_injected": BAD_INPUT,
}


@click.command(
    "selftest",
    epilog="Exit codes: 0 the text is right, 2 it could not be tried, 3 the text is wrong or"
    " transcribing failed.",
)
@device_option()
@click.option(
    "--model",
    default="tiny",
    show_default=True,
    metavar="NAME",
    help="A known model, a repository of the Hub, or a file; the bundled recordings are used.",
)
@click.option(
    "--inject",
    "plan",
    metavar="PLAN",
    help=f"Faults, such as `unlink:32*2`, in {NAMES}'s temporary folders; with @GLOB in what fits.",
)
@click.option(
    "--deadline",
    type=click.FloatRange(min=1),
    default=600.0,
    show_default=True,
    metavar="SECONDS",
    help="Give up after this time.",
)
@format_option()
@click.pass_context
def command(
    ctx: click.Context, device: str, model: str, plan: str | None, deadline: float, format_: str
) -> None:
    """Load a model, transcribe the bundled recordings and check the text."""
    parsed = _plan(plan)
    from winasr_doctor.selftest import SelfTestOutcome, self_test
    from winasr_doctor.selftest.json import document
    from winasr_doctor.selftest.output import first_step, show

    if not model.strip():
        raise InputError("--model needs the name of a model")
    named = "the bundled model" if model == "tiny" else model
    progress(f"Importing {NAMES}, loading {named}, transcribing ...")
    try:
        # The framework prints to stdout, which is reserved for the report.
        with contextlib.redirect_stdout(sys.stderr):
            result = self_test(device, model=model, plan=parsed, deadline=deadline)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(f"no temporary folder could be made: {reason}") from error
    if format_ == "json":
        write_json(document(result))
    elif result.ending is SelfTestOutcome.UNAVAILABLE and result.problems:
        raise InputError(first_step(result))
    else:
        write_blocks(show(result))
    ctx.exit(_EXIT_CODES[result.ending.value])


def _plan(text: str | None) -> Plan | None:
    if text is None:
        return None
    from winasr_doctor.faults.plan import Plan, PlanError

    try:
        return Plan.parse(text)
    except PlanError as error:
        raise InputError(f"--inject: {error}") from error
