"""`explain`: a check's code, a Windows error number or a pasted traceback."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from winasr_doctor.cli.console import InputError, stdout_encoding, stdout_width, write_report

_NUMBER = re.compile(r"(?:\[?win(?:dows)?\s*error\s*)?(0x[0-9a-f]+|-?\d+)\]?", re.IGNORECASE)


@click.command("explain")
@click.argument("what", required=False)
@click.option("--traceback", metavar="FILE", help="A pasted traceback or log; - for stdin.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
def command(what: str | None, traceback: str | None, format_: str) -> None:
    """Explain WHAT: a check's code, a Windows error number, or a traceback.

    \b
    python -m winasr_doctor explain SYN001
    python -m winasr_doctor explain 32
    python -m winasr_doctor explain --traceback log.txt
    """  # noqa: D301 - click wants the character
    if (what is None) == (traceback is None):
        raise click.UsageError("give a check's code, an error number, or --traceback FILE")
    if traceback is not None:
        text = _diagnosis(_read(traceback), format_)
    elif format_ == "json":
        raise click.UsageError("--format json is for --traceback")
    else:
        text = _code(what or "")
    write_report(text, None, encoding=stdout_encoding())


def _code(what: str) -> str:
    from winasr_doctor.checks import all_checks

    for check in all_checks():
        if check.code == what.strip().upper():
            return f"{check.code}: {check.title}\n\n{_plain(check.doc)}\n\nSee {check.url}\n"
    number = _NUMBER.fullmatch(what.strip())
    if number is None:
        raise InputError(
            f"{what!r} is neither a check's code (see scan --list-checks)"
            " nor a Windows error number"
        )
    from winasr_doctor.winerror import CODES, as_win32, explain_code

    code = as_win32(int(number[1], 0))
    if code not in CODES:
        raise InputError(f"Windows error {code} is not in the table of errors this tool knows")
    return explain_code(code) + "\n"


def _plain(markdown: str) -> str:
    return re.sub(r"\*\*(.+?)\*\*", r"\1", markdown)


def _read(file: str) -> str:
    from winasr_doctor.diagnosis.reading import reduced

    try:
        if file == "-":
            return reduced(sys.stdin.buffer)
        with Path(file).open("rb") as stream:
            return reduced(stream)
    except (OSError, ValueError, AttributeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"cannot read the traceback {file}: {reason}") from error


def _diagnosis(text: str, format_: str) -> str:
    if not text.strip():
        raise InputError("there is no traceback: the input is empty")
    from winasr_doctor.diagnosis import diagnose
    from winasr_doctor.diagnosis.text import as_json, format_diagnosis

    diagnosis = diagnose(text)
    if format_ == "json":
        import json

        return json.dumps(as_json(diagnosis), indent=2) + "\n"
    return format_diagnosis(diagnosis, width=stdout_width())
