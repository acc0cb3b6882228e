"""Finds the folder for this account's own files, and writes a file completely or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

STATE_VARIABLE = "WINASR_DOCTOR_STATE"
"""Environment variable that sets another folder for these files."""


def state_folder() -> str:
    """Return the folder for what outlives a process: the ledger, the journal, the last verdict."""
    folder = os.environ.get(STATE_VARIABLE)
    if not folder:
        from platformdirs import user_state_dir

        folder = user_state_dir("winasr_doctor", appauthor=False)
    return folder


def write_whole(file: Path, data: bytes, *, sync: bool = False) -> None:
    """Write a file completely or not at all: beside it first, then over it.

    Args:
        file: The file; its folder must exist.
        data: Its new contents.
        sync: Whether they must be on the disk before it is replaced, for a power failure.

    Raises:
        OSError: It cannot be written.
    """
    unfinished = file.with_suffix(f".{os.getpid()}.tmp")
    try:
        with unfinished.open("wb") as handle:
            handle.write(data)
            if sync:
                handle.flush()
                os.fsync(handle.fileno())
        os.replace(unfinished, file)  # noqa: PTH105 - as the rooms below, which count calls
    except OSError:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise
