"""Finds out at little cost that nothing is in an operation's way, which is nearly always so.

What is said here is certain; where it is not, `decisions` looks closer, which takes longer.
"""

from __future__ import annotations

import os
import sys
from os import lstat  # bound early: these queries must not be emulated, too
from os import stat as status_of
from stat import S_ISDIR, S_ISLNK, S_ISREG, S_IWUSR

from winasr_doctor.faults.sharing import descriptors, openings
from winasr_doctor.faults.sharing.processes import (
    current_directory,
    has_any_inside,
    is_free,
    maps_file,
    processes,
)

OPENINGS = frozenset({"open", "write", "overwrite"})
"""Opening a file that exists: to read it, to change it (in any mode), and to empty it."""


def is_certainly_free(path: str, status: os.stat_result) -> bool:
    """Return whether it is certain that nobody has a file open or mapped.

    To ask, we open and close the file. That would end this process's record locks on it (fcntl(2)),
    so we do not if it uses them and has the file open. Nor do we while it watches files: it would
    see us open them.

    Args:
        path: The file.
        status: From `os.lstat`.
    """
    return not (openings.may_lock(path, status) or _is_watching()) and is_free(path, status)


_modules = 0
_has_bindings = False


def _is_watching() -> bool:
    """Return whether this process watches files (inotify(7)).

    C code does that unseen. So as soon as a module with a name such as
    `watchdog.observers.inotify_c`, `inotify_simple` or `watchfiles._rust_notify` is loaded, the
    descriptors are looked at.
    """
    global _modules, _has_bindings  # noqa: PLW0603 - one process has one set of modules
    if len(sys.modules) != _modules:
        _modules = len(sys.modules)
        _has_bindings = any("notify" in name for name in tuple(sys.modules))
    return _has_bindings and descriptors.has_watcher()


def is_unhindered(operation: str, path: str, path2: str | None, *, only_handles: bool) -> bool:
    """Return whether it is certain that Windows would not refuse an operation.

    Args:
        operation: The operation.
        path: The path it uses.
        path2: The target of a rename.
        only_handles: Whether only the rules about what is open apply.
    """
    try:
        status = lstat(path)
    except (OSError, ValueError):
        return True  # it fails by itself
    if path2 is not None:
        return _can_move(operation, path, status, path2, only_handles)
    return _can_change(operation, path, status, only_handles)


def _can_change(operation: str, path: str, status: os.stat_result, only_handles: bool) -> bool:
    if S_ISDIR(status.st_mode) is not (operation == "rmdir"):
        return True  # likewise
    writable = only_handles or bool(status.st_mode & S_IWUSR)
    if operation == "write":
        return writable and not openings.any_temporary()
    if operation == "rmdir":
        return writable and not _is_held(status)
    if operation == "overwrite":
        return (
            not status.st_size  # cannot be mapped (learn.microsoft.com, CreateFileMappingW)
            or S_ISLNK(status.st_mode)
            or is_certainly_free(path, status)
            or not maps_file(path, (status.st_dev, status.st_ino))
        )
    # Nothing holds a link itself.
    return writable and (S_ISLNK(status.st_mode) or is_certainly_free(path, status))


def _can_move(
    operation: str, path: str, status: os.stat_result, path2: str, only_handles: bool
) -> bool:
    try:
        target = lstat(path2)
    except (OSError, ValueError):
        pass
    else:
        if operation == "rename" and not only_handles:
            return False
        if operation == "replace" and not (
            S_ISREG(target.st_mode)
            and (only_handles or target.st_mode & S_IWUSR)
            and is_certainly_free(path2, target)
        ):
            return False
    if S_ISDIR(status.st_mode):
        return not _is_anything_open(status, os.path.realpath(path))
    if S_ISLNK(status.st_mode):
        return True
    is_open = not is_certainly_free(path, status)
    openings.announce_move(None if is_open else (path, path2))
    return not is_open


def _is_held(folder: os.stat_result) -> bool:
    """Return whether a folder is open here, or is anybody's current directory.

    Children are not asked for open folders: on Windows, Python cannot open one, and listing one
    shares its deletion.
    """
    identity = folder.st_dev, folder.st_ino
    if descriptors.has_folder(identity):
        return True
    return any(
        os.path.samestat(status, folder)
        for pid in processes()
        if (status := _status(f"/proc/{pid}/cwd")) is not None
    )


def _status(path: str) -> os.stat_result | None:
    try:
        return status_of(path)
    except OSError:
        return None


def _is_anything_open(folder: os.stat_result, path: str) -> bool:
    """Return whether a folder or anything in it is open; see `_is_held`."""
    inside = path.rstrip("/") + "/"
    own, *children = processes()
    return (
        descriptors.has_folder((folder.st_dev, folder.st_ino))
        or descriptors.has_any_inside(inside)
        or any(f"{current_directory(pid)}/".startswith(inside) for pid in (own, *children))
        or any(has_any_inside(pid, inside) for pid in children)
    )
