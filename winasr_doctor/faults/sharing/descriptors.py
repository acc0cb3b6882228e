"""Knows what this process has open, at a cost that does not grow with the number of its open files.

Looking at each of 500 descriptors takes longer than to remove a folder. So they are remembered, and
looked at again when something changes: the audit hook says which number an opening gets
(`openings`), and Linux says how many descriptors there are in one call. Where both agree with what
is remembered, nothing was opened or closed unseen. What this can miss is a descriptor that C code
closes and then gets again for something else, without any other change.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from os import fstat, listdir, readlink  # bound early: these queries must not be emulated, too
from os import stat as status_of
from stat import S_ISDIR
from typing import NamedTuple

from winasr_doctor.faults.stacks import Places, Stack, lines_at

Identity = tuple[int, int]
"""Device and inode: the same file under any name."""

_KEPT = os.O_ACCMODE | os.O_APPEND | os.O_CLOEXEC if os.name == "posix" else 0
"""Flags that a descriptor keeps: they tell a new opening under an old number from the old one."""

_MOST_RECENT = 16

_open: dict[int, Identity] = {}
_folders: dict[int, Identity] = {}
_paths: dict[int, str] = {}
_changed: set[int] = set()
changed = _changed.add
"""Notes that a descriptor is about to be opened, or that its file has another name."""
_recent: deque[int] = deque(maxlen=_MOST_RECENT)
_reserved = 0
"""Descriptors that count and are not open yet: accept(2) gets its number before it waits."""
_lock = threading.RLock()


class Opening(NamedTuple):
    """How a descriptor came to be.

    Attributes:
        names: The paths it was opened by, and those that the file got by renaming.
        places: Where it was opened, innermost first; empty if that is not known.
        flags: The flags of open(2), if they are known.
        by: What opened it, if not `open`.
        temporary: Whether Windows would delete the file with its last handle (`O_TEMPORARY`).
    """

    names: tuple[str, ...]
    places: Places = ()
    flags: int | None = None
    by: str = ""
    temporary: bool = False

    @property
    def stack(self) -> Stack:
        """The lines that opened it, innermost first."""
        return lines_at(self.places)

    def is_of(self, path: str) -> bool:
        """Return whether it opened a file that now has this real path."""
        return path in self.names or any(os.path.realpath(name) == path for name in self.names)

    def has_flags(self, flags: int) -> bool:
        """Return whether a descriptor with these flags may come from it."""
        return self.flags is None or not (self.flags ^ flags) & _KEPT


def has_folder(identity: Identity) -> bool:
    """Return whether this process has a folder open.

    Args:
        identity: Its device and inode.
    """
    with _lock:
        _refresh()
        return identity in _folders.values()


def has_any_inside(folder: str) -> bool:
    """Return whether this process has anything inside a folder open, at any depth.

    Args:
        folder: Its real path, with a separator at the end.
    """
    return any(path.startswith(folder) for path in _links())


def has_watcher() -> bool:
    """Return whether this process watches files, and so sees each of our openings (inotify(7))."""
    return "anon_inode:inotify" in _links()


def _links() -> tuple[str, ...]:
    with _lock:
        _refresh()
        for number in _open.keys() - _paths.keys():
            try:
                _paths[number] = readlink(f"/proc/self/fd/{number}")
            except OSError:  # closed by another thread
                continue
        return tuple(_paths.values())


def forget() -> None:
    """Forget everything, so that all is looked at the next time."""
    global _reserved  # noqa: PLW0603 - one process has one table of descriptors
    with _lock:
        _reserved = 0
        for table in (_open, _folders, _paths):
            table.clear()
        _changed.clear()
        _recent.clear()


def _refresh() -> None:
    looked_at = []
    while _changed:
        number = _changed.pop()
        _paths.pop(number, None)
        _look(number)
        looked_at.append(number)
    global _reserved  # noqa: PLW0603 - likewise
    count = _count()
    if len(_open) + _reserved != count:
        for number in tuple(_recent):  # what was opened last is mostly closed first
            _look(number)
    _recent.extend(looked_at)
    if len(_open) + _reserved != count:
        for number in {*map(int, listdir("/proc/self/fd")), *_open}:
            _look(number)
        _reserved = max(0, count - len(_open))


def _count() -> int:
    """Return how many descriptors are open; 0 if Linux is older than 6.2 (proc_pid_fd(5))."""
    return status_of("/proc/self/fd").st_size


def _look(number: int) -> None:
    try:
        status = fstat(number)
    except OSError:
        _open.pop(number, None)
        _folders.pop(number, None)
        _paths.pop(number, None)
        return
    identity = status.st_dev, status.st_ino
    if _open.get(number) == identity:
        return
    _open[number] = identity
    _paths.pop(number, None)
    if S_ISDIR(status.st_mode):
        _folders[number] = identity
    else:
        _folders.pop(number, None)
