"""Removes what killed processes left behind without a ledger entry."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import tempfile
import time
from pathlib import Path

from winasr_doctor.locks.ledger import Ledger
from winasr_doctor.locks.ledger_entry import EntryError, read

_UNFINISHED = re.compile(r"([0-9a-f]{32})\.([0-9]{1,10})\.tmp")
_FOLDER = re.compile(r"winasr-[a-z]+-([0-9]{1,10})_[a-z0-9_]{8}")

_OLD = 3600.0
"""Seconds after which a file that takes milliseconds to write is abandoned."""

_MOST_LOOKED_AT = 20_000
"""How many files in TEMP are examined; it may hold any number of others."""


def make_folder(purpose: str) -> str:
    """Make a temporary folder whose name marks it as ours and identifies this process.

    If this process is killed before `Ledger.claim` has recorded the folder, `remove_debris`
    recognises it by its name.

    Args:
        purpose: A word for its name, in lower-case letters.

    Raises:
        OSError: It cannot be made.
    """
    return tempfile.mkdtemp(prefix=f"winasr-{purpose}-{os.getpid()}_")


def remove_debris(ledger: Ledger) -> None:
    """Clean up after dead processes: unfinished entries and empty folders.

    Args:
        ledger: The ledger whose unfinished entries are handled.
    """
    _finish_entries(ledger.folder)
    _remove_empty_folders()


def _finish_entries(folder: Path) -> None:
    """Turn the unfinished files of dead writers into entries if they are whole; remove the rest."""
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        match = _UNFINISHED.fullmatch(name)
        if match is None:
            continue
        with contextlib.suppress(OSError):
            if _is_dead(int(match[2])) or _is_old(folder / name):
                _finish(folder / name, folder / f"{match[1]}.json")


def _finish(unfinished: Path, file: Path) -> None:
    try:
        read(unfinished)
    except EntryError:
        os.unlink(unfinished)
    else:
        os.replace(unfinished, file)


def _is_old(file: Path) -> bool:
    return time.time() - os.lstat(file).st_mtime > _OLD


def _is_dead(pid: int) -> bool:
    import psutil

    return not (0 < pid < 2**31 and psutil.pid_exists(pid))


def _remove_empty_folders() -> None:
    """Remove the empty folders of `make_folder` in TEMP whose processes are dead."""
    with contextlib.suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        for entry in itertools.islice(entries, _MOST_LOOKED_AT):
            match = _FOLDER.fullmatch(entry.name)
            if match is None or not entry.is_dir(follow_symlinks=False):
                continue
            if _is_ours(entry) and _is_dead(int(match[1])):
                with contextlib.suppress(OSError):  # somebody has put a file there
                    os.rmdir(entry.path)


def _is_ours(entry: os.DirEntry[str]) -> bool:
    account = getattr(os, "getuid", None)
    return account is None or entry.stat(follow_symlinks=False).st_uid == account()
