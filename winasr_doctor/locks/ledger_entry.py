"""Reads and writes one entry of the ledger: a folder to remove and its owner, as a JSON file."""

from __future__ import annotations

import json
import os
import platform
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from winasr_doctor._util.state_files import write_whole
from winasr_doctor.locks.identity import Identity

SCHEMA = "winasr-doctor/leftover/1"

LARGEST = 16 * 2**20
"""Bytes; larger files are not read."""

_MOST_PID = 2**32
_MOST_NUMBER = 2**128
"""ReFS uses file numbers of 128 bits. Source: learn.microsoft.com, `FILE_ID_128`."""

_KINDS = frozenset({"file", "folder", "other"})


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that made an entry.

    Attributes:
        pid: Its number.
        started: When it started, in seconds since 1970; 0 if that cannot be read.
        machine: The network name of its machine, as several may share a home folder.
    """

    pid: int
    started: float
    machine: str


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One folder to remove.

    Attributes:
        path: The folder, absolute.
        identity: Its identity when it was recorded.
        owner: The process that recorded it.
        whole: Whether it is a temporary folder of our own, which is removed with everything in it.
            Otherwise only the listed items are removed, and folders only if empty.
        in_use: Whether its owner still works in it; it is left alone while that process lives.
        items: Relative path and identity of each item that stayed, folders after their contents.
        reason: Why it stayed, such as `WinError 32`.
        unlisted: How many more items stayed than `items` has room for.
        only_items: Whether the folder itself belongs to somebody else and stays.
        file: The entry's own file; `None` if it could not be written.
    """

    path: str
    identity: Identity
    owner: Owner
    whole: bool
    in_use: bool = False
    items: tuple[tuple[str, Identity], ...] = ()
    reason: str = ""
    unlisted: int = 0
    only_items: bool = False
    file: Path | None = field(default=None, compare=False)

    @property
    def shown(self) -> str:
        """The path to show to people: the folder, or the only file in it that is meant."""
        return os.path.join(self.path, self.items[0][0]) if self.only_items else self.path


class EntryError(Exception):
    """A file is not a usable entry; the text says why."""


def this_process() -> Owner:
    """Return what distinguishes this process from any other that had the same number."""
    pid = os.getpid()
    if _owner_of_pid.get("pid") != pid:  # a forked child is a different owner
        _owner_of_pid.clear()
        _owner_of_pid.update(pid=pid, owner=Owner(pid, started(pid), platform.node()))
    owner = _owner_of_pid["owner"]
    assert isinstance(owner, Owner)  # noqa: S101
    return owner


_owner_of_pid: dict[str, object] = {}


def started(pid: int) -> float:
    """Return when a process started, in seconds since 1970; 0 if that cannot be read."""
    import psutil

    try:
        return float(psutil.Process(pid).create_time())
    except (psutil.Error, OSError):  # under Wine psutil lets a bare OSError out
        return 0.0


def write(entry: LedgerEntry, file: Path) -> None:
    """Write an entry's file completely or not at all.

    Raises:
        OSError: It cannot be written.
    """
    write_whole(file, json.dumps(_as_json(entry), ensure_ascii=True).encode())


def _as_json(entry: LedgerEntry) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "path": entry.path,
        "identity": list(entry.identity),
        "owner": {name: getattr(entry.owner, name) for name in Owner.__slots__},
        "whole": entry.whole,
        "in_use": entry.in_use,
        "items": [[path, list(identity)] for path, identity in entry.items],
        "reason": entry.reason,
        "unlisted": entry.unlisted,
        "only_items": entry.only_items,
    }


def read(file: Path) -> LedgerEntry:
    """Read an entry.

    Raises:
        OSError: The file cannot be read now.
        EntryError: It is not an entry, or names something that must not be removed.
    """
    try:
        document = json.loads(_content(file))
        if document["schema"] != SCHEMA:
            raise EntryError("it was written by another version")
        return _entry(document, file)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError, MemoryError) as error:
        raise EntryError(f"it is damaged ({type(error).__name__})") from error


def _content(file: Path) -> bytes:
    """Read a regular file of limited size; reading a pipe in its place would never end."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    if not stat.S_ISREG(os.lstat(file).st_mode):
        raise EntryError("it is not a plain file")
    descriptor = os.open(file, flags | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as opened:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise EntryError("it is not a plain file")
        content = opened.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise EntryError("it is too large")
    return content


def _entry(document: dict[str, Any], file: Path) -> LedgerEntry:
    identity = _identity(document["identity"])
    if identity.kind != "folder":
        raise EntryError("it names something that is not a folder")
    owner = document["owner"]
    return LedgerEntry(
        path=_checked(document["path"], is_path, "a path that is not absolute or not possible"),
        identity=identity,
        owner=Owner(_pid(owner["pid"]), _time(owner["started"]), _text(owner["machine"])),
        whole=document["whole"] is True,
        in_use=document["in_use"] is True,
        items=tuple(
            (_checked(path, is_inside, "a path that leads out of its folder"), _identity(of))
            for path, of in document["items"]
        ),
        reason=_text(document["reason"]),
        unlisted=_number(document.get("unlisted", 0)),
        only_items=document.get("only_items") is True and bool(document["items"]),
        file=file,
    )


def is_path(path: str) -> bool:
    """Return whether this is a valid absolute path on this system."""
    return os.path.isabs(path) and _is_possible(path)


def is_inside(path: str) -> bool:
    """Return whether this is a relative path to something inside a folder."""
    parts = re.split(r"[\\/]", path) if os.name == "nt" else path.split("/")
    if os.name == "nt" and ":" in path:
        return False
    return _is_possible(path) and not {"", ".", ".."}.intersection(parts)


def _is_possible(path: str) -> bool:
    try:
        return b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        return False


def _checked(value: object, is_right: Callable[[str], bool], otherwise: str) -> str:
    text = _text(value)
    if not is_right(text):
        raise EntryError(f"it names {otherwise}")
    return text


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _number(value: object, least: int = 0, most: int = _MOST_NUMBER) -> int:
    if type(value) is not int:
        raise TypeError("not a whole number")
    if not least <= value < most:
        raise ValueError("out of range")
    return value


def _pid(value: object) -> int:
    return _number(value, 1, _MOST_PID)


def _time(value: object) -> float:
    if not isinstance(value, (int, float)):
        raise TypeError("not a number")
    seconds = float(value)
    if not 0 <= seconds < _MOST_PID:
        raise ValueError("out of range")
    return seconds


def _identity(values: object) -> Identity:
    if not isinstance(values, list):
        raise TypeError("not a list")
    device, inode, kind, born, size, modified = values
    if kind not in _KINDS:
        raise ValueError("no kind of file")
    times = [_number(time, -_MOST_NUMBER) for time in (born, modified)]
    return Identity(_number(device), _number(inode), kind, times[0], _number(size), times[1])
