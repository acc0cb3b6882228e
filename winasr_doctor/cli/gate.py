"""`gate`: runs scan, fault suite and self-test, and gives one verdict."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource
from msgspec import structs

from winasr_doctor._util.input_error import InputError
from winasr_doctor.cli.config import TABLE, find_pyproject, load_gate
from winasr_doctor.cli.console import progress, write_report
from winasr_doctor.cli.device import device_option
from winasr_doctor.cli.output import exit_code, report_options
from winasr_doctor.cli.subject import (
    ScanSubject,
    apply_config,
    config_option,
    known_codes,
    subject_options,
)

if TYPE_CHECKING:
    from winasr_doctor.gate import Gate
    from winasr_doctor.machine.base import Machine

_FORMATS = ("text", "json", "markdown", "junit")


def _apply_config(ctx: click.Context, option: click.Parameter, value: str | None) -> None:
    apply_config(ctx, option, value)
    # The gate's own table defines what makes a gate fail.
    ctx.default_map = {key: v for key, v in (ctx.default_map or {}).items() if key != "fail_on"}
    file = Path(value) if value else find_pyproject(Path.cwd())
    ctx.meta[__name__] = (file, load_gate(file))


@click.command(
    "gate",
    epilog="Thresholds and accepted findings come from [tool.winasr_doctor.gate] in"
    " pyproject.toml. Exit codes: 0 passed, 2 bad input, 3 failed, 4 warnings with"
    " --fail-on warning.",
)
@config_option(_apply_config)
@subject_options(
    model_metavar="NAME|PATH",
    model_help="A model in the Hub's cache for the self-test to run too, or a file to examine.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning"]),
    help="Whether warnings make the exit code 4; errors fail the gate in any case.",
)
@click.option("--no-selftest", is_flag=True, help="Leave the self-test out; the report says so.")
@device_option(default=None, help_="Where the self-test transcribes.")
@click.option("--tests", multiple=True, metavar="PATH", help="Your own tests, run by pytest.")
@click.option("--format", "format_", type=click.Choice(_FORMATS), default="text", show_default=True)
@click.option(
    "--output", "-o", metavar="FILE", help="Where to write the report; by default stdout."
)
@click.option("--junit", metavar="FILE", help="Also write the report as JUnit XML.")
@click.option("--markdown", metavar="FILE", help="Also write the report as Markdown, redacted.")
@click.option("--verbose", "-v", is_flag=True, help="List what passed as well.")
@click.pass_context
def command(
    ctx: click.Context,
    subject: ScanSubject,
    fail_on: str | None,
    no_selftest: bool,
    device: str | None,
    tests: Sequence[str],
    format_: str,
    output: str | None,
    junit: str | None,
    markdown: str | None,
    verbose: bool,
) -> None:
    """Scan, fault suite and self-test: one verdict for a release, one JUnit file."""
    from winasr_doctor.gate import SettingsError, gate
    from winasr_doctor.gate.settings import combined_settings

    names, paths = _models(ctx, subject.model)
    file, table = ctx.meta[__name__]
    options = {"fail_on": fail_on, "device": device, "tests": tests, "models": names}
    try:
        settings = combined_settings(table, f"[{TABLE}.gate] in {file}", options)
    except SettingsError as error:
        raise InputError(str(error)) from error
    host = structs.replace(
        subject, model=paths, deep=subject.deep or subject.snapshot is None
    ).host()
    with known_codes():
        outcome = gate(
            host,
            settings,
            select=subject.selected,
            ignore=subject.ignored,
            selftest=not no_selftest,
            progress=progress,
        )
    for file, kind in ((junit, "junit"), (markdown, "markdown")):
        if file is not None:
            _write(outcome, host, kind, file, verbose=verbose)
    _write(outcome, host, format_, output, verbose=verbose)
    for sentence in outcome.unreadable:
        progress(f"Error: {sentence}")
    ctx.exit(exit_code(outcome, settings.fail_on))


def _models(ctx: click.Context, given: Sequence[str]) -> tuple[Sequence[str], tuple[str, ...]]:
    """Return the names and the paths; those of the table are paths, and count if no path is given.

    Raises:
        InputError: Something is neither a known name nor an existing path.
    """
    from winasr_doctor.gate.cached_models import separate

    if ctx.get_parameter_source("model") is not ParameterSource.COMMANDLINE:
        return (), tuple(given)
    try:
        names, paths = separate(given)
    except ValueError as error:
        raise InputError(f"--model: {error}") from error
    return names, tuple(paths or (ctx.default_map or {}).get("model") or ())


def _write(
    outcome: Gate, host: Machine, format_: str, output: str | None, *, verbose: bool
) -> None:
    from winasr_doctor.gate.reports import render

    if format_ == "markdown":
        from winasr_doctor.gate.redacted import redacted

        outcome = redacted(outcome, host)
    options = report_options(format_, output, verbose=verbose)
    write_report(render(outcome, format_, options), output, encoding=options.encoding)
