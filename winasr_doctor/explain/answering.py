"""Finds out what the argument of `explain` is, and answers it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence

from winasr_doctor._util.input_error import InputError
from winasr_doctor._util.lazy_patterns import lazy_pattern
from winasr_doctor.catalogue.templates import Lookup
from winasr_doctor.explain.answers import (
    Answer,
    CheckAnswer,
    DiagnosisAnswer,
    ExitCodeAnswer,
    KnownErrorAnswer,
    KnownErrorsAnswer,
    WindowsErrorAnswer,
)
from winasr_doctor.explain.reading import read_log

_NUMBER = lazy_pattern(r"(?:\[?win(?:dows)?\s*error\s*)?(0x[0-9a-f]+|-?[0-9]+)\]?", re.IGNORECASE)
_LOOKS_LIKE_AN_ID = lazy_pattern(r"[a-z]+(?:-[a-z0-9]+)+")  # winerror-5 is no number
_LOOKS_LIKE_A_FILE = lazy_pattern(
    r"\S*[\w)]\.(?:txt|log|out|err|md|json|ipynb)|\S*[\\/]\S*", re.IGNORECASE
)
_LONGEST_SHOWN = 60
_MOST_DIGITS = 18
_MOST_MEANT = 3
_SIMILARITY = 0.75
"""How alike a name and what was typed must be, from 0 to 1, to ask whether it was meant."""


def answer(what: str, facts: Lookup) -> Answer:
    """Find out what the argument is, and answer it.

    Args:
        what: A check's code, a known error's id, an error number, a quoted message, a file, or
            `-` for stdin.
        facts: Facts of the machine, for the remedies.

    Raises:
        InputError: It is none of these, or the file cannot be read.
    """
    if what == "-" or _is_file(what):
        return answer_text(read_log(what), facts)
    by_id = _known_error(what, facts) if _LOOKS_LIKE_AN_ID.fullmatch(what) else None
    known = by_id or _number(what) or _check(what) or _known_error(what, facts)
    if known is not None:
        return known
    if _LOOKS_LIKE_A_FILE.fullmatch(what):
        raise InputError(f"cannot read the traceback {_short(what)}: No such file or directory")
    return _message(what, facts)


def answer_text(text: str, facts: Lookup) -> DiagnosisAnswer:
    """Diagnose a log or a traceback.

    Args:
        text: The log.
        facts: Facts of the machine, for the remedies.

    Raises:
        InputError: The text is empty.
    """
    if not text.strip():
        raise InputError("there is no traceback: the input is empty")
    from winasr_doctor.diagnosis import diagnose

    return DiagnosisAnswer(diagnose(text, facts=facts))


def known_errors(wanted: str | None) -> KnownErrorsAnswer:
    """Return all known errors, or those of a family or with some words.

    Args:
        wanted: A family, or words to search for; `None` for all known errors.

    Raises:
        InputError: There are none.
    """
    from winasr_doctor.catalogue import all_entries, search

    entries = list(all_entries().values())
    if wanted is not None:
        family = [entry for entry in entries if entry.family == wanted]
        entries = family or search(wanted, limit=len(entries))
        if not entries:
            raise InputError(f"no known error has {_short(wanted)!r} in it")
    return KnownErrorsAnswer(tuple(entries))


def _is_file(what: str) -> bool:
    try:
        return os.path.isfile(what)  # noqa: PTH113 - pathlib is slow to import
    except (OSError, ValueError):  # a message: too long, or with characters that no name has
        return False


def _check(what: str) -> CheckAnswer | None:
    from winasr_doctor.checks import check_called

    check = check_called(what.strip().upper())
    return None if check is None else CheckAnswer(check)


def _number(what: str) -> WindowsErrorAnswer | ExitCodeAnswer | None:
    number = _NUMBER.fullmatch(what.strip())
    if number is None:
        return None
    if len(number[1]) > _MOST_DIGITS:
        raise InputError(f"{_short(what)!r} is not a check's code or a Windows error number")
    from winasr_doctor.windows.errors import CODES, as_win32

    code = as_win32(int(number[1], 0))
    entry = CODES.get(code)
    return _exit_code(int(number[1], 0)) if entry is None else WindowsErrorAnswer(entry)


def _exit_code(number: int) -> ExitCodeAnswer:
    from winasr_doctor.catalogue.tables import exit_code

    meaning = exit_code(number)
    if meaning is None:
        raise InputError(
            f"Windows error {number} is not in the table of errors this tool knows; on Windows,"
            f" `certutil -error {number}` shows its text"
        )
    return ExitCodeAnswer(number, meaning)


def _known_error(what: str, facts: Lookup) -> KnownErrorAnswer | None:
    from winasr_doctor.catalogue import by_id

    entry = by_id(what)
    return None if entry is None else KnownErrorAnswer(entry, facts)


def _message(what: str, facts: Lookup) -> DiagnosisAnswer:
    """Explain a quoted message: the error that it is, or else those that contain its words."""
    from winasr_doctor.catalogue import search

    answered = answer_text(what, facts)
    if answered.diagnosis.id is not None:
        return answered
    found = search(what)
    if not found and answered.diagnosis.primary is None:
        raise InputError(_nothing(what))
    return DiagnosisAnswer(answered.diagnosis, tuple(found))


def _nothing(what: str) -> str:
    meant = meant_by(what)
    if meant:
        return f"nothing is called {_short(what)!r}; did you mean {' or '.join(meant)}?"
    return (
        f"{_short(what)!r} is not a check's code (see scan --list-checks), a known error's id"
        " (explain --list WORD searches them), a Windows error number, a file or an error's message"
    )


def meant_by(what: str) -> Sequence[str]:
    """Return the codes and ids that are nearly what was typed, the most similar first.

    Args:
        what: A word.
    """
    from winasr_doctor.catalogue import all_entries
    from winasr_doctor.checks import all_checks

    word = what.strip()
    codes = _similar(word.upper(), (check.code for check in all_checks(app=False)))
    return codes or _similar(word.lower(), all_entries())


def _similar(word: str, names: Iterable[str]) -> Sequence[str]:
    from difflib import get_close_matches

    return get_close_matches(word, list(names), _MOST_MEANT, _SIMILARITY)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."
