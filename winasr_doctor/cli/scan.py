"""`scan`: run the checks and report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from winasr_doctor.checks import UnknownCodeError, all_checks
from winasr_doctor.cli import BAD_INPUT, FAILED, PASSED, WARNED
from winasr_doctor.cli.config import find_pyproject, load_defaults
from winasr_doctor.cli.console import (
    InputError,
    progress,
    stdout_encoding,
    stdout_width,
    wants_colour,
    write_report,
)
from winasr_doctor.findings import Report, Verdict
from winasr_doctor.reports import FORMATS, RenderOptions, render
from winasr_doctor.scanning import scan
from winasr_doctor.source.application import Application

if TYPE_CHECKING:
    from winasr_doctor.host import Host
    from winasr_doctor.hub import HubAnswers


def apply_config(ctx: click.Context, _option: click.Parameter, value: str | None) -> None:
    """Let `[tool.winasr_doctor]` give the defaults of the options."""
    file = Path(value) if value else find_pyproject(Path.cwd())
    ctx.default_map = {**(ctx.default_map or {}), **load_defaults(file)}


def split_codes(values: Iterable[str]) -> list[str]:
    """Return the codes of an option that takes several, joined by commas or repeated."""
    return [entry for value in values for entry in value.split(",") if entry.strip()]


def _list_checks(ctx: click.Context, _option: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        lines = (f"{check.code}  {check.title}\n" for check in all_checks())
        write_report("".join(lines), None, encoding=stdout_encoding())
        ctx.exit(PASSED)


@click.command("scan", epilog="Defaults come from [tool.winasr_doctor] in pyproject.toml.")
@click.option(
    "--config",
    metavar="FILE",
    callback=apply_config,
    is_eager=True,
    expose_value=False,
    help="The pyproject.toml to read; by default the nearest one with our table.",
)
@click.option("--app", multiple=True, metavar="PATH", help="Python source to examine too.")
@click.option("--exclude", multiple=True, metavar="GLOB", help="Source to leave out.")
@click.option("--revision", multiple=True, metavar="[REPO@]REV", help="A model pin to judge.")
@click.option("--model", multiple=True, metavar="PATH", help="A .nemo file to look at.")
@click.option("--scratch", metavar="DIR", help="The folder the app uses instead of TEMP.")
@click.option("--snapshot", metavar="FILE", help="A recorded machine instead of this one.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--output", "-o", metavar="FILE", help="Where to write the report; stdout else.")
@click.option("--select", multiple=True, metavar="CODES", help="Only these codes or families.")
@click.option("--ignore", multiple=True, metavar="CODES", help="Not these codes or families.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "never"]),
    default="error",
    show_default=True,
    help="The least severity that makes the exit code 3 (errors) or 4 (warnings).",
)
@click.option("--online", is_flag=True, help="Ask the Hugging Face Hub about revisions too.")
@click.option(
    "--redact/--no-redact",
    default=None,
    help="Replace names of people and machines; the default for --format markdown.",
)
@click.option("--verbose", "-v", is_flag=True, help="List what passed or was skipped as well.")
@click.option(
    "--list-checks",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list_checks,
    help="Print every check's code and title.",
)
@click.argument("source", nargs=-1, metavar="[SOURCE]...")
@click.pass_context
def command(
    ctx: click.Context,
    app: Sequence[str],
    exclude: Sequence[str],
    revision: Sequence[str],
    model: Sequence[str],
    scratch: str | None,
    snapshot: str | None,
    format_: str,
    output: str | None,
    select: Sequence[str],
    ignore: Sequence[str],
    fail_on: str,
    online: bool,
    redact: bool | None,
    verbose: bool,
    source: Sequence[str],
) -> None:
    """Look at this machine (or a recorded one) and say what will break, and what to do.

    SOURCE is Python source to examine, as --app is; it takes the place of the app that
    pyproject.toml names, so that a hook can give the files that have changed.
    """
    if source and ctx.get_parameter_source("app") is ParameterSource.DEFAULT_MAP:
        app = ()
    application = application_for([*app, *source], exclude, revision)
    host = host_for(application, snapshot=snapshot, scratch=scratch, models=model, online=online)
    try:
        report = scan(host, select=split_codes(select), ignore=split_codes(ignore))
    except UnknownCodeError as unknown_code:
        raise InputError(str(unknown_code)) from unknown_code
    if format_ == "markdown" if redact is None else redact:
        report = redacted(report)
    to_terminal = format_ == "text" and output in (None, "-")
    options = RenderOptions(
        width=stdout_width(),
        colour=to_terminal and wants_colour(),
        encoding=stdout_encoding() if to_terminal else "utf-8",
        verbose=verbose,
    )
    write_report(render(report, format_, options), output, encoding=options.encoding)
    for sentence in report.unreadable:
        progress(f"Error: {sentence}")
    ctx.exit(exit_code(report, fail_on))


def exit_code(report: Report, fail_on: str) -> int:
    """Return what the scan's outcome means to a shell.

    Args:
        report: The scan's report.
        fail_on: `error`, `warning` or `never`.

    Returns:
        2 if any input could not be examined, as a verdict on part of it is none; else 3 with
        errors, 4 with warnings, if `fail_on` includes them; else 0.
    """
    if report.unreadable:
        return BAD_INPUT
    if report.verdict is Verdict.FAIL and fail_on != "never":
        return FAILED
    if report.verdict is Verdict.WARN and fail_on == "warning":
        return WARNED
    return PASSED


def application_for(
    paths: Sequence[str], exclude: Sequence[str], revisions: Sequence[str]
) -> Application:
    """Read the app that the options name.

    Raises:
        InputError: A path does not exist.
    """
    if not paths and not revisions:
        return Application()
    from winasr_doctor.source import Pin, SourcePathError, read_application

    try:
        pins = tuple(Pin.parse(revision) for revision in revisions)
        return read_application(paths, pins=pins, exclude=exclude)
    except SourcePathError as missing:
        raise InputError(str(missing)) from missing


def host_for(
    application: Application,
    *,
    snapshot: str | None,
    scratch: str | None,
    models: Sequence[str],
    online: bool,
) -> Host:
    """Return the machine that the options name.

    Raises:
        InputError: The snapshot cannot be read, or options contradict each other.
    """
    answers = _ask_hub(application) if online else None
    if snapshot is None:
        from winasr_doctor.host.live import LiveHost

        return LiveHost(
            app=application,
            app_paths=application.roots,
            scratch=scratch,
            models=models,
            hub_answers=answers,
            progress=progress,
        )
    if scratch or models:
        raise InputError("--scratch and --model look at this machine; a snapshot has its own")
    from winasr_doctor.host import RecordedHost, SnapshotError, load_snapshot

    try:
        return RecordedHost(load_snapshot(snapshot), app=application, hub_answers=answers)
    except SnapshotError as error:
        raise InputError(str(error)) from error


def _ask_hub(application: Application) -> HubAnswers:
    from winasr_doctor.hub import ask_hub_about

    progress("Asking the Hugging Face Hub about revisions ...")
    return ask_hub_about(application)


def redacted(report: Report) -> Report:
    """Replace names of people and machines in a report."""
    from winasr_doctor.host.redact import Redactor, redact_report, this_machine

    return redact_report(report, Redactor(**this_machine()))
