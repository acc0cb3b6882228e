"""`explain`: a check's code, a known error, an error number, a quoted message or a log."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

import click

from winasr_doctor.cli.console import InputError, stdout_encoding, stdout_width, write_report
from winasr_doctor.cli.facts import of_this_machine
from winasr_doctor.regular_files import NotRegularError, open_regular

_NUMBER = re.compile(
    r"(?:\[?win(?:dows)?\s*error\s*)?(0x[0-9a-f]{1,16}|-?[0-9]{1,18})\]?", re.IGNORECASE
)
_LOOKS_LIKE_A_FILE = re.compile(
    r"\S*[\w)]\.(?:txt|log|out|err|md|json|ipynb)|\S*[\\/]\S*", re.IGNORECASE
)
_LONGEST_SHOWN = 60


class _Answer(NamedTuple):
    """What is printed: the text for people, or the values."""

    text: str
    values: Any


@click.command("explain")
@click.argument("what", required=False)
@click.option("--traceback", metavar="FILE", help="A pasted traceback or log; - for stdin.")
@click.option("--list", "list_", is_flag=True, help="List the known errors (with WHAT in them).")
@click.option("-v", "--verbose", is_flag=True, help="All remedies, details and sources.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
def command(
    what: str | None, traceback: str | None, list_: bool, verbose: bool, format_: str
) -> None:
    """Explain WHAT: a check's code, the id of a known error, a Windows error number, a quoted
    message, a log file, or - for stdin.

    \b
    python -m winasr_doctor explain SYN001
    python -m winasr_doctor explain 32
    python -m winasr_doctor explain log.txt
    python -m winasr_doctor explain "CUDA out of memory"
    python -m winasr_doctor explain --list
    """  # noqa: D205, D301 - click wants them so
    if list_ and traceback is None:
        answer = _list(what)
    elif (what is None) == (traceback is None):
        raise click.UsageError(
            "give a check's code, a known error's id, an error number, a message, a file,"
            " --list or --traceback FILE"
        )
    elif traceback is not None:
        answer = _diagnosis(_read(traceback), verbose=verbose)
    else:
        answer = _of(what or "", verbose=verbose)
    text = json.dumps(answer.values, indent=2) + "\n" if format_ == "json" else answer.text
    write_report(text, None, encoding=stdout_encoding())


def _code(what: str) -> str:
    number = _NUMBER.fullmatch(what.strip())
    return _check(what) if number is None else _error(int(number[1], 0))


def _check(what: str) -> str:
    from winasr_doctor.checks import all_checks

    code = what.strip().upper()
    check = next((check for check in all_checks() if check.code == code), None)
    if check is None:
        raise InputError(
            f"{_short(what)!r} is neither a check's code (see scan --list-checks)"
            " nor a Windows error number"
        )
    return f"{check.code}: {check.title}\n\n{_plain(check.doc)}\n\nSee {check.url}\n"


def _error(number: int) -> str:
    from winasr_doctor.winerror import CODES, as_win32, explain_code

    code = as_win32(number)
    if code not in CODES:
        raise InputError(f"Windows error {code} is not in the table of errors this tool knows")
    return explain_code(code) + "\n"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def _plain(markdown: str) -> str:
    return re.sub(r"\*\*(.+?)\*\*", r"\1", markdown)


def _read(file: str) -> str:
    from winasr_doctor.diagnosis.reading import reduced

    try:
        if file == "-":
            return reduced(sys.stdin.buffer)
        with open_regular(file) as stream:
            return reduced(stream)
    except (OSError, ValueError, AttributeError) as error:
        hint = "; give - to read a pipe from stdin" if isinstance(error, NotRegularError) else ""
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"cannot read the traceback {file}: {reason}{hint}") from error


def _diagnosis(text: str, *, verbose: bool) -> _Answer:
    if not text.strip():
        raise InputError("there is no traceback: the input is empty")
    from winasr_doctor.diagnosis import diagnose
    from winasr_doctor.diagnosis.json import as_json
    from winasr_doctor.diagnosis.text import format_diagnosis

    diagnosis = diagnose(text, facts=of_this_machine())
    shown = format_diagnosis(diagnosis, width=stdout_width(), verbose=verbose)
    return _Answer(shown, as_json(diagnosis))
