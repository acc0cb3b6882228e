"""Reads the log or traceback to explain."""

from __future__ import annotations

import sys

from winasr_doctor._util.input_error import InputError
from winasr_doctor._util.regular_files import NotRegularError, open_regular
from winasr_doctor.diagnosis.reading import reduced


def read_log(file: str) -> str:
    """Return the text of a log; of a large one, the parts around its errors.

    Args:
        file: A file, or `-` for stdin.

    Raises:
        InputError: It cannot be read.
    """
    try:
        if file == "-":
            return reduced(sys.stdin.buffer)
        with open_regular(file) as stream:
            return reduced(stream)
    except (OSError, ValueError, AttributeError) as error:
        hint = "; give - to read a pipe from stdin" if isinstance(error, NotRegularError) else ""
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"cannot read the traceback {file}: {reason}{hint}") from error
