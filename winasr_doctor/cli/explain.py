"""`explain`: a check's code, a Windows error number or a pasted traceback."""

from __future__ import annotations

import re
import sys

import click

from winasr_doctor.cli.console import InputError, stdout_encoding, stdout_width, write_report
from winasr_doctor.regular_files import NotRegularError, read_regular

_NUMBER = re.compile(
    r"(?:\[?win(?:dows)?\s*error\s*)?(0x[0-9a-f]{1,16}|-?[0-9]{1,18})\]?", re.IGNORECASE
)
_MAX_TRACEBACK_BYTES = 64 * 1024**2
_LONGEST_SHOWN = 60


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
    try:
        document = _stdin() if file == "-" else read_regular(file, _MAX_TRACEBACK_BYTES)
    except OSError as error:
        hint = "; give - to read a pipe from stdin" if isinstance(error, NotRegularError) else ""
        reason = error.strerror or error
        raise InputError(f"cannot read the traceback {file}: {reason}{hint}") from error
    if document.startswith((b"\xff\xfe", b"\xfe\xff")):  # PowerShell 5's `>` writes UTF-16
        return document.decode("utf-16", "replace")
    return document.decode("utf-8-sig", "backslashreplace")


def _stdin() -> bytes:
    try:
        document = sys.stdin.buffer.read(_MAX_TRACEBACK_BYTES + 1)
    except (OSError, ValueError, AttributeError) as error:
        raise InputError("cannot read the traceback: stdin is closed") from error
    if len(document) > _MAX_TRACEBACK_BYTES:
        limit = _MAX_TRACEBACK_BYTES // 1024**2
        raise InputError(f"the traceback is larger than {limit} MiB; give its last part")
    return document


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
