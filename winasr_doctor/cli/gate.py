"""`gate`: runs scan, fault suite and self-test, and gives one verdict."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource
from msgspec import structs

from winasr_doctor._util.input_error import InputError
from winasr_doctor.cli import BAD_INPUT, FAILED, PASSED, WARNED
from winasr_doctor.cli.config import TABLE, find_pyproject, load_gate
from winasr_doctor.cli.console import (
    progress,
    stdout_encoding,
    stdout_width,
    wants_colour,
    write_report,
)
from winasr_doctor.cli.device import device_option
from winasr_doctor.cli.subject import (
    ScanSubject,
    apply_config,
    config_option,
    known_codes,
    subject_options,
)
from winasr_doctor.findings import Verdict

if TYPE_CHECKING:
    from winasr_doctor.gate import Gate, GateSettings
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
    model_help="A model in the Hub's cache for the self-test to run too, or a file to look at.",
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
@click.option("--output", "-o", metavar="FILE", help="Where to write the report; stdout else.")
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
    from winasr_doctor.gate import gate

    names, paths = _models(ctx, subject.model)
    given = {
        "fail_on": fail_on,
        "device": device,
        "tests": list(tests) or None,
        "models": names or None,
    }
    settings = _settings(ctx, {name: value for name, value in given.items() if value is not None})
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


def _models(ctx: click.Context, given: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """Separate Hub models, for the self-test, from files and folders, for the scan.

    As everywhere, a known name takes precedence over a folder of the same name. A name that is
    neither known nor an existing path is refused.
    """
    from winasr_doctor.asr.errors import UnknownModelError
    from winasr_doctor.asr.models import find_model, is_known

    if ctx.get_parameter_source("model") is not ParameterSource.COMMANDLINE:
        return [], tuple(given)  # the table's `model` holds only paths
    names: list[str] = []
    paths: list[str] = []
    for each in given:
        try:
            on_the_hub = find_model(each).repo_id is not None
        except UnknownModelError as error:
            if not Path(each).exists():
                raise InputError(f"--model: {error}") from error
            on_the_hub = False
        is_a_name = is_known(each) or (on_the_hub and not Path(each).exists())
        (names if is_a_name else paths).append(each)
    return names, tuple(paths or (ctx.default_map or {}).get("model") or ())


def _settings(ctx: click.Context, given: dict[str, Any]) -> GateSettings:
    """Read the table and let the command's options override it."""
    from winasr_doctor.gate import SettingsError
    from winasr_doctor.gate.settings import read_settings

    file, table = ctx.meta[__name__]
    try:
        read_settings(table)  # reports an error in the file as such, whatever the options say
    except SettingsError as error:
        raise InputError(f"[{TABLE}.gate] in {file}: {error}") from error
    try:
        return read_settings({**table, **given})
    except SettingsError as error:
        raise InputError(f"{error}") from error


def _write(
    outcome: Gate, host: Machine, format_: str, output: str | None, *, verbose: bool
) -> None:
    from winasr_doctor.gate.reports import render
    from winasr_doctor.report import RenderOptions

    if format_ == "markdown":
        from winasr_doctor.gate.redacted import redacted

        outcome = redacted(outcome, host)
    to_terminal = format_ == "text" and output in (None, "-")
    encoding = stdout_encoding() if to_terminal else "utf-8"
    options = RenderOptions(
        width=stdout_width(),
        colour=to_terminal and wants_colour(),
        encoding=encoding,
        verbose=verbose,
    )
    write_report(render(outcome, format_, options), output, encoding=encoding)


def exit_code(outcome: Gate, fail_on: str) -> int:
    """Return the exit code for the gate's result.

    Args:
        outcome: The gate's result.
        fail_on: `error` or `warning`.

    Returns:
        2 if any input could not be examined, because there is no verdict on only part of it; else 3
        if the gate failed, 4 with warnings if `fail_on` includes them; else 0.
    """
    if outcome.unreadable:
        return BAD_INPUT
    if outcome.verdict is Verdict.FAIL:
        return FAILED
    if outcome.verdict is Verdict.WARN and fail_on == "warning":
        return WARNED
    return PASSED
