"""Writes what a command has to say: blocks for people, a document for programs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

import click
import msgspec

from winasr_doctor._util.blocks import Block
from winasr_doctor.cli import BAD_INPUT, FAILED, PASSED, WARNED
from winasr_doctor.cli.console import stdout_encoding, stdout_width, wants_colour, write_report

if TYPE_CHECKING:
    from winasr_doctor.findings import Report
    from winasr_doctor.gate import Gate
    from winasr_doctor.report import RenderOptions

_Command = TypeVar("_Command", bound=Callable[..., object])


def format_option() -> Callable[[_Command], _Command]:
    """Return the decorator that adds `--format text|json`; the command gets `format_`."""
    return click.option(
        "--format",
        "format_",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="Text for people, or JSON for programs.",
    )


def write_blocks(
    blocks: Iterable[Block], output: str | None = None, *, after_gap: bool = False
) -> None:
    """Write blocks to a file, or to stdout, laid out for the terminal.

    Args:
        blocks: What to show, in order.
        output: The file to write; `None` or `-` for stdout.
        after_gap: Whether to write an empty line first.
    """
    from winasr_doctor.report.text_layout import render_blocks

    options = report_options("text", output)
    text = render_blocks(blocks, options)
    write_report(f"\n{text}" if after_gap else text, output, encoding=options.encoding)


def report_options(
    format_: str, output: str | None, *, verbose: bool = False, quiet: bool = False
) -> RenderOptions:
    """Return how to render a report: as the terminal needs it, if it goes there as a text.

    Args:
        format_: The report's format.
        output: The file to write; `None` or `-` for stdout.
        verbose: Whether to show everything.
        quiet: Whether to show only the verdict and what to do.
    """
    from winasr_doctor.report import RenderOptions

    to_terminal = format_ == "text" and output in (None, "-")
    return RenderOptions(
        width=stdout_width(),
        colour=to_terminal and wants_colour(),
        encoding=stdout_encoding() if to_terminal else "utf-8",
        verbose=verbose,
        quiet=quiet,
    )


def exit_code(judged: Report | Gate, fail_on: str) -> int:
    """Return the exit code for a scan's or a gate's result.

    Args:
        judged: The scan's report, or the gate's result.
        fail_on: `error`, `warning` or `never`.

    Returns:
        2 if any input could not be examined, because there is no verdict on only part of it; else 3
        if it fails, 4 with warnings, if `fail_on` includes them; else 0.
    """
    from winasr_doctor.findings import Verdict

    if judged.unreadable:
        return BAD_INPUT
    if judged.verdict is Verdict.FAIL and fail_on != "never":
        return FAILED
    if judged.verdict is Verdict.WARN and fail_on == "warning":
        return WARNED
    return PASSED


_UNWRAPPED = 1_000_000
"""Columns for a log: one line for each fact, so that it can be searched."""


def progress_blocks(blocks: Iterable[Block]) -> None:
    """Print blocks to stderr: wrapped on a terminal, one line each in a log.

    Args:
        blocks: What to show, in order.
    """
    from winasr_doctor.report import RenderOptions
    from winasr_doctor.report.text_layout import render_blocks

    is_terminal = sys.stderr is not None and sys.stderr.isatty()
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    width = stdout_width() if is_terminal else _UNWRAPPED
    text = render_blocks(blocks, RenderOptions(width=width, encoding=encoding))
    click.echo(text, err=True, nl=False)


def json_text(document: object) -> str:
    """Return a document as JSON in ASCII, which every console, pipe and editor takes.

    Args:
        document: A msgspec struct, or JSON values; lone surrogates become escapes.
    """
    import json

    from winasr_doctor.report.escaping import plain

    return json.dumps(plain(msgspec.to_builtins(document)), indent=2) + "\n"


def write_json(document: object, output: str | None = None) -> None:
    """Write a document as JSON.

    Args:
        document: As for `json_text`.
        output: The file to write; `None` or `-` for stdout.
    """
    write_report(json_text(document), output, encoding="ascii")
