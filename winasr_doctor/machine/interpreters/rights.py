"""Decides whether another Python may be started with the rights of this process.

What the user of a machine can write would run with an administrator's rights then.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from winasr_doctor.machine.model import Account

_WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def refusal(account: Account, *paths: str) -> str | None:
    """Return why a Python must not be started; `None` if it may be.

    With a user's ordinary rights it may. An administrator or the system account on Windows starts
    none. `root` on Linux only starts one that nobody else can have written.

    Args:
        account: The account of this process.
        paths: The interpreter and the folders that it imports from.
    """
    if account.kind == "system":
        return "it is not started by the system account"
    if not account.elevated:
        return None
    if os.name == "nt":
        return "it is not started with administrator rights"
    others = next((path for path in paths if _writable_by_others(path)), None)
    return None if others is None else f"root does not start it, because others can write {others}"


def _writable_by_others(path: str) -> bool:
    return any(_is_open_to_others(each) for each in _with_parents(path))


def _with_parents(path: str) -> Iterator[Path]:
    for start in {Path(path), Path(os.path.realpath(path))}:
        yield start
        yield from start.parents


def _is_open_to_others(path: Path) -> bool:
    try:
        status = path.lstat()
    except OSError:
        return False
    if stat.S_ISLNK(status.st_mode):
        return status.st_uid != 0
    sticky_folder = stat.S_ISDIR(status.st_mode) and bool(status.st_mode & stat.S_ISVTX)
    group_of_others = status.st_mode & _WRITABLE_BY_OTHERS and not sticky_folder
    if status.st_mode & stat.S_IWGRP and not status.st_mode & stat.S_IWOTH and status.st_gid == 0:
        group_of_others = 0
    return status.st_uid != 0 or bool(group_of_others)
