"""`explain`: explains a check's code, a known error, an error number, a message or a log."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from winasr_doctor._util.input_error import InputError
from winasr_doctor._util.regular_files import NotRegularError, open_regular
from winasr_doctor.cli.console import stdout_encoding, stdout_width, write_report

if TYPE_CHECKING:
    from winasr_doctor.catalogue.templates import Lookup

_NUMBER = re.compile(r"(?:\[?win(?:dows)?\s*error\s*)?(0x[0-9a-f]+|-?[0-9]+)\]?", re.IGNORECASE)
_LOOKS_LIKE_A_FILE = re.compile(
    r"\S*[\w)]\.(?:txt|log|out|err|md|json|ipynb)|\S*[\\/]\S*", re.IGNORECASE
)
_LONGEST_SHOWN = 60
_MOST_DIGITS = 18


class _Answer(NamedTuple):
    """The output: text for people, or values for JSON."""

    text: str
    values: Any


@click.command("explain")
@click.argument("what", required=False)
@click.option("--traceback", metavar="FILE", help="A pasted traceback or log; - for stdin.")
@click.option("--list", "list_", is_flag=True, help="List the known errors (with WHAT in them).")
@click.option(
    "--snapshot", metavar="FILE", help="Fit the remedies to a recorded machine, not to this one."
)
@click.option("-v", "--verbose", is_flag=True, help="All remedies, details and sources.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
def command(
    what: str | None,
    traceback: str | None,
    list_: bool,
    snapshot: str | None,
    verbose: bool,
    format_: str,
) -> None:
    """Explain WHAT: a check's code, the id of a known error, a Windows error number, a quoted
    message, a log file, or - for stdin.

    \b
    python -m winasr_doctor explain SYN001
    python -m winasr_doctor explain 32
    python -m winasr_doctor explain log.txt
    python -m winasr_doctor explain "CUDA out of memory"
    python -m winasr_doctor explain log.txt --snapshot machine.json
    python -m winasr_doctor explain --list
    """  # noqa: D205, D301 - click wants them so
    from winasr_doctor.cli.facts import of_machine

    facts = of_machine(snapshot)
    if list_ and traceback is None:
        answer = _list(what)
    elif (what is None) == (traceback is None):
        raise click.UsageError(
            "give a check's code, a known error's id, an error number, a message, a file,"
            " --list or --traceback FILE"
        )
    elif traceback is not None:
        answer = _diagnosis(_read(traceback), facts, verbose=verbose)
    else:
        answer = _of(what or "", facts, verbose=verbose)
    text = _json(answer.values) if format_ == "json" else answer.text
    write_report(text, None, encoding=stdout_encoding())


def _json(values: object) -> str:
    import json

    return json.dumps(values, indent=2) + "\n"


def _of(what: str, facts: Lookup, *, verbose: bool) -> _Answer:
    """Find out what the argument is and answer it."""
    if what == "-" or _is_file(what):
        return _diagnosis(_read(what), facts, verbose=verbose)
    known = _number(what) or _check(what) or _known_error(what, facts, verbose=verbose)
    if known is not None:
        return known
    if _LOOKS_LIKE_A_FILE.fullmatch(what):
        raise InputError(f"cannot read the traceback {_short(what)}: No such file or directory")
    return _message(what, facts, verbose=verbose)


def _is_file(what: str) -> bool:
    try:
        return os.path.isfile(what)  # noqa: PTH113 - pathlib is slow to import
    except (OSError, ValueError):  # a message: too long, or with characters that no name has
        return False


def _check(what: str) -> _Answer | None:
    from winasr_doctor.checks import all_checks

    for check in all_checks():
        if check.code == what.strip().upper():
            doc = check.doc.markdown
            text = f"{check.code}: {check.title}\n\n{_plain(doc)}\n\nSee {check.url}\n"
            values = {"code": check.code, "title": check.title, "doc": doc, "url": check.url}
            return _Answer(text, values)
    return None


def _number(what: str) -> _Answer | None:
    number = _NUMBER.fullmatch(what.strip())
    if number is None:
        return None
    if len(number[1]) > _MOST_DIGITS:
        raise InputError(f"{_short(what)!r} is no check's code, nor a Windows error number")
    from winasr_doctor.windows.errors import CODES, as_win32, explain_code

    code = as_win32(int(number[1], 0))
    entry = CODES.get(code)
    if entry is None:
        return _exit_code(int(number[1], 0))
    values = {
        "winerror": code,
        "name": entry.name,
        "meaning": entry.meaning,
        "delete": entry.delete.value,
        "advice": entry.advice,
        "source": entry.source,
    }
    return _Answer(explain_code(code) + "\n", values)


def _exit_code(number: int) -> _Answer:
    """Explain the exit code of a process that died without a message."""
    from winasr_doctor.catalogue.tables import exit_code

    meaning = exit_code(number)
    if meaning is None:
        raise InputError(f"Windows error {number} is not in the table of errors this tool knows")
    text = (
        f"Exit code {number}: {meaning}.\n\n"
        "The process died in native code. Start the app with python -X faulthandler app.py, and\n"
        "explain what that prints.\n"
    )
    return _Answer(text, {"exit_code": number, "meaning": meaning})


def _known_error(what: str, facts: Lookup, *, verbose: bool) -> _Answer | None:
    from winasr_doctor.catalogue import by_id

    entry = by_id(what)
    if entry is None:
        return None
    from winasr_doctor.catalogue.showing import entry_as_json, format_entry

    text = format_entry(entry, facts, stdout_width(), verbose=verbose)
    return _Answer(text, entry_as_json(entry, facts))


def _list(wanted: str | None) -> _Answer:
    from winasr_doctor.catalogue import all_entries, search
    from winasr_doctor.catalogue.showing import format_list

    entries = list(all_entries().values())
    if wanted is not None:
        family = [entry for entry in entries if entry.family == wanted]
        entries = family or search(wanted, limit=len(entries))
        if not entries:
            raise InputError(f"no known error has {_short(wanted)!r} in it")
    values = [{"id": e.id, "family": e.family, "title": e.title, "cause": e.cause} for e in entries]
    return _Answer(format_list(entries), values)


def _message(what: str, facts: Lookup, *, verbose: bool) -> _Answer:
    """Explain a quoted message: the error that it is, or else those that contain its words."""
    from winasr_doctor.catalogue import search

    answer = _diagnosis(what, facts, verbose=verbose)
    if answer.values["id"] is not None:
        return answer
    found = search(what)
    if not found and answer.values["primary"] is None:
        raise InputError(
            f"{_short(what)!r} is neither a check's code (see scan --list-checks), a known error's"
            " id (explain --list WORD searches them), a Windows error number, a file nor an"
            " error's message"
        )
    values = {**answer.values, "suggestions": [entry.id for entry in found]}
    lines = [f"  {entry.id}: {entry.title}" for entry in found]
    if answer.values["primary"] is None and found:
        head = "No known error has exactly this message. These have the same words:\n\n"
        return _Answer(head + "\n".join(lines) + "\n\nSee explain ID.\n", values)
    more = "\nKnown errors with the same words (see explain ID):\n" if lines else ""
    return _Answer(answer.text + more + "".join(f"{line}\n" for line in lines), values)


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


def _diagnosis(text: str, facts: Lookup, *, verbose: bool) -> _Answer:
    if not text.strip():
        raise InputError("there is no traceback: the input is empty")
    from winasr_doctor.diagnosis import diagnose
    from winasr_doctor.diagnosis.json import as_json
    from winasr_doctor.diagnosis.text import format_diagnosis

    diagnosis = diagnose(text, facts=facts)
    shown = format_diagnosis(diagnosis, width=stdout_width(), verbose=verbose)
    return _Answer(shown, as_json(diagnosis))
