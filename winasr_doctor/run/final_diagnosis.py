"""Passes the diagnosis of the exception that ended the app to the parent, which prints it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from winasr_doctor._util.blocks import Block

_PATTERN = "died-*.json"


class FinalDiagnosis(msgspec.Struct, frozen=True):
    """The diagnosis of an uncaught exception.

    Attributes:
        time: When the process ended, in seconds since 1970.
        blocks: The cause and the first remedy, for people.
        document: The whole diagnosis, as `diagnosis.json` writes it.
    """

    time: float
    blocks: tuple[Block, ...]
    document: dict[str, Any]


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
        from winasr_doctor.diagnosis.json import as_json
        from winasr_doctor.diagnosis.showing import show
        from winasr_doctor.report.escaping import plain

        diagnosis = diagnose(error)
        first = diagnosis._replace(remedies=diagnosis.remedies[:1])
        said = FinalDiagnosis(
            time=time.time(),
            blocks=tuple(show(first, verbose=False)),
            document=as_json(diagnosis),
        )
        values = plain(msgspec.to_builtins(said))  # without lone surrogates
        Path(folder, f"died-{os.getpid()}.json").write_bytes(msgspec.json.encode(values))


def read(folder: str) -> FinalDiagnosis | None:
    """Return the diagnosis of the exception that ended the app; `None` if none did.

    Args:
        folder: The folder that was passed to `tell`. If several processes wrote there, the last one
            counts: the app outlives the processes that it waits for.
    """
    return max(_told(folder), key=lambda each: each.time, default=None)


def files(folder: str) -> list[Path]:
    """Return the files of the processes that an exception has ended.

    Args:
        folder: The folder that was passed to `tell`.
    """
    return list(Path(folder).glob(_PATTERN))


def _told(folder: str) -> Iterator[FinalDiagnosis]:
    for file in files(folder):
        with suppress(OSError, msgspec.MsgspecError, UnicodeDecodeError):
            yield msgspec.json.decode(file.read_bytes(), type=FinalDiagnosis)
