"""Passes the diagnosis of the exception that ended the app to the parent, which prints it."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PATTERN = "died-*.json"
_WIDTH = 76


def remember(error: BaseException) -> None:
    """Set `sys.last_exc` and related variables, as Python does before it calls `sys.excepthook`.

    Source: CPython, Python/pythonrun.c, `_PyErr_PrintEx`; `last_exc` since Python 3.12.
    """
    if sys.version_info >= (3, 12):
        sys.last_exc = error
    sys.last_type, sys.last_value, sys.last_traceback = type(error), error, error.__traceback__


def tell(folder: str) -> None:
    """Record the uncaught exception at the end of a process; never raises.

    Args:
        folder: The folder where the parent reads it.
    """
    error = getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)
    if not isinstance(error, Exception):  # Ctrl+C needs no explanation
        return
    with suppress(Exception):
        from winasr_doctor.diagnosis import diagnose
        from winasr_doctor.diagnosis.text import format_diagnosis

        diagnosis = diagnose(error)
        first = diagnosis._replace(remedies=diagnosis.remedies[:1])
        said = {
            "time": time.time(),
            "text": format_diagnosis(first, _WIDTH, verbose=False),
        }
        file = Path(folder, f"died-{os.getpid()}.json")
        file.write_text(json.dumps(said), encoding="ascii")


def last_words(folder: str) -> tuple[str, ...]:
    """Return the diagnosis of the exception that ended the app, line by line.

    Args:
        folder: The folder that was passed to `tell`. If several processes wrote there, the last one
            counts: the app outlives the processes that it waits for.
    """
    latest = max(_told(folder), default=None)
    return () if latest is None else tuple(f"  {line}".rstrip() for line in latest[1].splitlines())


def _told(folder: str) -> Iterator[tuple[float, str]]:
    for file in Path(folder).glob(_PATTERN):
        with suppress(OSError, ValueError, KeyError, TypeError):
            said = json.loads(file.read_bytes())
            yield float(said["time"]), str(said["text"])
