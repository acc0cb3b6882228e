"""`scan`: runs the checks and reports the results."""

from __future__ import annotations

import click
from click.core import ParameterSource
from msgspec.structs import replace

from winasr_doctor._util.input_error import InputError
from winasr_doctor.checks import all_checks
from winasr_doctor.cli import PASSED
from winasr_doctor.cli.console import progress, stdout_encoding, write_report
from winasr_doctor.cli.output import exit_code, report_options
from winasr_doctor.cli.subject import ScanSubject, apply_config, config_option, subject_options
from winasr_doctor.report import FORMATS, render


def _list_checks(ctx: click.Context, _option: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        lines = (f"{check.code}  {check.title}\n" for check in all_checks(app=False))
        write_report("".join(lines), None, encoding=stdout_encoding())
        ctx.exit(PASSED)


def _list_examples(ctx: click.Context, _option: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from winasr_doctor.machine.examples import example_names

        lines = "".join(f"{name}\n" for name in example_names())
        write_report(lines, None, encoding=stdout_encoding())
        ctx.exit(PASSED)


def _example(subject: ScanSubject, name: str | None) -> ScanSubject:
    """Return the subject with a recorded machine of ours, if one is named.

    Raises:
        InputError: There is no such machine, or a snapshot is given as well.
    """
    if name is None:
        return subject
    if subject.snapshot is not None:
        raise InputError("--example and --snapshot each name a recorded machine; give one of them")
    from winasr_doctor.machine.examples import example_file

    try:
        return replace(subject, snapshot=str(example_file(name)))
    except LookupError as unknown:
        raise InputError(str(unknown.args[0])) from unknown


@click.command("scan", epilog="Defaults come from [tool.winasr_doctor] in pyproject.toml.")
@config_option(apply_config)
@subject_options()
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option(
    "--output", "-o", metavar="FILE", help="Where to write the report; by default stdout."
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "never"]),
    default="error",
    show_default=True,
    help="The lowest severity that makes the exit code 3 (errors) or 4 (warnings).",
)
@click.option(
    "--redact/--no-redact",
    default=None,
    help="Replace names of people and machines; the default for --format markdown.",
)
@click.option("--verbose", "-v", is_flag=True, help="Add evidence, reasons, notes and what passed.")
@click.option("--quiet", "-q", is_flag=True, help="Only the verdict and what to do.")
@click.option(
    "--list-checks",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list_checks,
    help="Print every check's code and title.",
)
@click.option("--example", metavar="NAME", help="A recorded machine that comes with this tool.")
@click.option(
    "--list-examples",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list_examples,
    help="Print the names for --example.",
)
@click.argument("source", nargs=-1, metavar="[SOURCE]...")
@click.pass_context
def command(
    ctx: click.Context,
    subject: ScanSubject,
    format_: str,
    output: str | None,
    fail_on: str,
    redact: bool | None,
    verbose: bool,
    quiet: bool,
    example: str | None,
    source: tuple[str, ...],
) -> None:
    """Scan this machine (or a recorded one) for what will break, and say what to do.

    SOURCE is Python source to examine, as --app is; it takes the place of the app that
    pyproject.toml names, so that a hook can give the files that have changed.
    """
    if source:
        by_hand = ctx.get_parameter_source("app") is not ParameterSource.DEFAULT_MAP
        subject = replace(subject, app=(*subject.app, *source) if by_hand else source)
    host, report = _example(subject, example).scan()
    if format_ == "markdown" if redact is None else redact:
        from winasr_doctor.machine.redaction import redacted

        report = redacted(report, host)
    options = report_options(format_, output, verbose=verbose, quiet=quiet)
    if format_ == "digest":
        options = replace(options, pseudonym=_pseudonym(subject))
    write_report(render(report, format_, options), output, encoding=options.encoding)
    for sentence in report.unreadable:
        progress(f"Error: {sentence}")
    ctx.exit(exit_code(report, fail_on))


def _pseudonym(subject: ScanSubject) -> str:
    if subject.snapshot is not None:
        return ""  # it shows another machine
    from winasr_doctor.machine.live.pseudonym import machine_pseudonym

    return machine_pseudonym()
