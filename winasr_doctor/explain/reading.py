"""Reads the log or traceback to explain."""

from __future__ import annotations

import sys

from winasr_doctor._util.archives import is_archive, read_member
from winasr_doctor._util.input_error import InputError
from winasr_doctor._util.regular_files import NotRegularError, open_regular

REPORTED_LOG = "traceback.txt"
"""The log in a bug report, which `explain FILE.zip` explains."""

_MOST_REPORTED = 16 << 20
"""Bytes."""


def read_log(file: str) -> str:
    """Return the text of a log; of a large one, the parts around its errors.

    Args:
        file: A file, a bug report, or `-` for stdin.

    Raises:
        InputError: It cannot be read.
    """
    from winasr_doctor.diagnosis.reading import reduced

    try:
        if file == "-":
            return reduced(sys.stdin.buffer)
        if is_archive(file):
            return _reported(file)
        with open_regular(file) as stream:
            return reduced(stream)
    except (OSError, ValueError, AttributeError) as error:
        hint = "; give - to read a pipe from stdin" if isinstance(error, NotRegularError) else ""
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"cannot read the traceback {file}: {reason}{hint}") from error


def _reported(file: str) -> str:
    content = read_member(file, REPORTED_LOG, _MOST_REPORTED)
    if content is None:
        raise InputError(
            f"{file} is an archive without a log; is it a bug report with --traceback?"
        )
    return content.decode("utf-8", "replace")
