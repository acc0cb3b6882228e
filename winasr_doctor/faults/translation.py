"""What Windows reports where the system underneath reports something else."""

from __future__ import annotations

import errno
import os
import stat
from os import stat as status_of  # the real one: asking must not count as a call

from winasr_doctor.faults.errors import windows_error

_FILE_NOT_FOUND, _PATH_NOT_FOUND, _ACCESS_DENIED = 2, 3, 5
_NOT_SAME_DEVICE, _DISK_FULL, _NOT_EMPTY, _EXISTS, _NOT_A_FOLDER = 17, 112, 145, 183, 267

_ANYWHERE: dict[int, int] = {
    errno.EACCES: _ACCESS_DENIED,
    errno.EPERM: _ACCESS_DENIED,
    errno.ENOSPC: _DISK_FULL,
    errno.EXDEV: _NOT_SAME_DEVICE,
}
_IN: dict[tuple[str, int], int] = {
    # Deleting a folder as a file, and a file as a folder; Linux says EISDIR and ENOTDIR.
    ("unlink", errno.EISDIR): _ACCESS_DENIED,
    ("rmdir", errno.ENOTDIR): _NOT_A_FOLDER,
    ("scandir", errno.ENOTDIR): _NOT_A_FOLDER,
    ("listdir", errno.ENOTDIR): _NOT_A_FOLDER,
    ("rmdir", errno.ENOTEMPTY): _NOT_EMPTY,
    ("rmdir", errno.EEXIST): _NOT_EMPTY,
    ("rename", errno.ENOTEMPTY): _EXISTS,
    ("rename", errno.EEXIST): _EXISTS,
    ("rename", errno.EISDIR): _EXISTS,
    ("replace", errno.ENOTEMPTY): _ACCESS_DENIED,
    ("replace", errno.EEXIST): _ACCESS_DENIED,
    ("replace", errno.EISDIR): _ACCESS_DENIED,
}
"""Source: seen with CPython for Windows; learn.microsoft.com, DeleteFileW, RemoveDirectoryW and
MoveFileExW."""

_LISTING = frozenset({"scandir", "listdir"})


def as_on_windows(
    operation: str, error: OSError, path: str | bytes, path2: str | bytes | None = None
) -> OSError | None:
    """Return how Windows would report a failure of this system.

    Args:
        operation: One of `plan.OPERATIONS`.
        error: What was raised.
        path: What the operation was about.
        path2: The target of a rename.

    Returns:
        The exception with its `winerror`; `None` where the error has one already, or where
        Windows has nothing that corresponds.
    """
    if getattr(error, "winerror", None) is not None or error.errno is None:
        return None
    if error.errno == errno.ENOENT:
        return windows_error(_missing(operation, path), path, path2)
    if error.errno == errno.ENOTDIR and not _has_folder(path):
        return windows_error(_PATH_NOT_FOUND, path, path2)
    code = _IN.get((operation, error.errno)) or _ANYWHERE.get(error.errno)
    return None if code is None else windows_error(code, path, path2)


def _missing(operation: str, path: str | bytes) -> int:
    """Tell a missing file (2) from a missing folder on the way to it (3)."""
    if operation in _LISTING:  # Windows looks for the names inside the folder
        return _PATH_NOT_FOUND
    return _FILE_NOT_FOUND if _has_folder(path) else _PATH_NOT_FOUND


def _has_folder(path: str | bytes) -> bool:
    """Tell whether a path, which need not exist, would be in a folder."""
    try:
        return stat.S_ISDIR(status_of(os.path.dirname(os.path.abspath(path))).st_mode)
    except OSError:
        return False
