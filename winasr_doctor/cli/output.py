"""Writes what a command has to say: blocks for people, a document for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import click

from winasr_doctor._util.blocks import Block
from winasr_doctor.cli.console import stdout_encoding, stdout_width, wants_colour, write_report

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


def write_blocks(blocks: Iterable[Block]) -> None:
    """Write blocks to stdout, laid out for the terminal.

    Args:
        blocks: What to show, in order.
    """
    from winasr_doctor.report import RenderOptions
    from winasr_doctor.report.text_layout import render_blocks

    encoding = stdout_encoding()
    options = RenderOptions(width=stdout_width(), colour=wants_colour(), encoding=encoding)
    write_report(render_blocks(blocks, options), None, encoding=encoding)


def write_json(document: object) -> None:
    """Write a document to stdout as JSON in ASCII, which every console and pipe takes.

    Args:
        document: A msgspec struct, or JSON values; lone surrogates become escapes.
    """
    import json

    import msgspec

    from winasr_doctor.report.escaping import plain

    values = plain(msgspec.to_builtins(document))
    write_report(json.dumps(values, indent=2) + "\n", None, encoding="ascii")
