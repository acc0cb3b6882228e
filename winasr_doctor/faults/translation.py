"""Translates this system's errors into those that Windows would report."""

from __future__ import annotations

import errno
import os
import stat
import threading
from os import lstat as link_status_of  # the real ones: these queries must not count as calls
from os import stat as status_of

_FILE_NOT_FOUND, _PATH_NOT_FOUND, _ACCESS_DENIED = 2, 3, 5
_NOT_SAME_DEVICE, _DISK_FULL, _NOT_EMPTY, _EXISTS, _NOT_A_FOLDER = 17, 112, 145, 183, 267
_INVALID_PARAMETER = 87

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
    ("mkdir", errno.EEXIST): _EXISTS,
    ("chdir", errno.ENOTDIR): _NOT_A_FOLDER,
    ("open", errno.EISDIR): _ACCESS_DENIED,
    ("open", errno.EEXIST): _EXISTS,
}
"""Source: seen with CPython for Windows; learn.microsoft.com, DeleteFileW, RemoveDirectoryW,
MoveFileExW, CreateDirectoryW and SetCurrentDirectory."""

_loading = threading.local()
"""Its `now` says whether the table of errors is being loaded; errors on the way there are not
translated. (pytest looks for the compiled module by opening it.)"""
_LISTING = frozenset({"scandir", "listdir"})


def as_on_windows(
    operation: str, error: OSError, path: str | bytes, path2: str | bytes | None = None
) -> OSError | None:
    """Return how Windows would report a failure on this system.

    Args:
        operation: One of `plan.OPERATIONS`.
        error: The exception that was raised.
        path: The path that the operation used.
        path2: The target of a rename.

    Returns:
        The exception with its `winerror`; `None` if the error already has one, or if Windows has no
        equivalent.
    """
    if getattr(error, "winerror", None) is not None or error.errno is None:
        return None
    if getattr(_loading, "now", False):
        return None
    operation = "open" if operation == "os.open" else operation
    code = _code(operation, error.errno, path, path2)
    if code is None:
        return None
    return error_of(code, path, path2, opening=operation == "open")


def error_of(
    code: int, path: str | bytes, path2: str | bytes | None = None, *, opening: bool = False
) -> OSError:
    """Return the error that Python raises on Windows.

    Args:
        code: A Windows error code.
        path: The path that the operation used.
        path2: The target of a rename.
        opening: Whether a file was opened, which goes through the C runtime.
    """
    _loading.now = True
    try:
        # lazy: most test runs meet no such error, and shall start fast
        from winasr_doctor.faults.errors import runtime_error, windows_error
    finally:
        _loading.now = False
    return runtime_error(code, path) if opening else windows_error(code, path, path2)


def _code(operation: str, number: int, path: str | bytes, path2: str | bytes | None) -> int | None:
    if path2 is not None and number == errno.EINVAL:
        return _into_itself(path, path2)
    if number in {errno.ENOENT, errno.ENOTDIR}:
        if not _has_folder(path):
            return _PATH_NOT_FOUND
        if path2 is not None and _is_there(path):  # Windows checks the source first
            return _IN.get((operation, number)) if _has_folder(path2) else _PATH_NOT_FOUND
    if number == errno.ENOENT or (path2 is not None and number == errno.ENOTDIR):
        # Windows looks up the names inside a folder that it lists.
        return _PATH_NOT_FOUND if operation in _LISTING else _FILE_NOT_FOUND
    return _IN.get((operation, number)) or _ANYWHERE.get(number)


def _into_itself(path: str | bytes, path2: str | bytes) -> int:
    """Return the error for moving a folder into itself, or deeper.

    This follows Windows 11 22H2 and newer; older versions answer 32 instead of 87, because the
    moved folder is opened again as the target (Eryk Sun in CPython's pull request 120883).
    """
    try:
        folder = status_of(os.path.dirname(os.path.abspath(path2)))
        directly = os.path.samestat(folder, status_of(path))
    except OSError:
        directly = True
    return _INVALID_PARAMETER if directly else _ACCESS_DENIED


def _is_there(path: str | bytes) -> bool:
    try:
        link_status_of(path)
    except OSError:
        return False
    return True


def _has_folder(path: str | bytes) -> bool:
    """Return whether the parent folder of a path exists; the path itself need not."""
    try:
        return stat.S_ISDIR(status_of(os.path.dirname(os.path.abspath(path))).st_mode)
    except OSError:
        return False
