"""Makes the functions that stand in for those of `os`, `shutil` and `builtins`.

Each asks the interceptors first, and reports real errors as Windows would.
"""

# ruff: noqa: ANN401 - the replaced functions accept anything
from __future__ import annotations

import errno
import functools
import os
import stat
import sys
from collections.abc import Callable, Sequence
from os import lstat, truncate, unlink  # bound early: these calls must not be intercepted
from os import open as open_file
from typing import Any

from winasr_doctor.faults.interceptors import (
    FileName,
    announced,
    asked,
    listeners,
    refusal,
    translating,
)
from winasr_doctor.faults.translation import as_on_windows

__tracebackhide__ = True  # pytest shows who called a replacement, not the replacement

Function = Callable[..., Any]

_IS_POSIX = os.name == "posix"
_KERNELS = "/proc", "/sys", "/dev"
_KERNELS_FOLDERS = "/proc/", "/sys/", "/dev/"
_PLAIN_FILES = "/dev/shm"  # noqa: S108 - nothing is made in it


def _name(value: object, directory: object = None) -> FileName | None:
    """Return the name given by a path argument; `None` if no fault can apply to it.

    Descriptors used as paths, and the kernel's own files, do not exist on Windows.
    """
    if type(value) is str and directory is None and not value.startswith(_KERNELS):
        return value  # nearly always
    if type(value) is int:
        return None  # a descriptor
    try:
        path: FileName = os.fspath(value)  # type: ignore[call-overload]
    except TypeError:
        return None  # the function itself will raise
    if directory is not None and isinstance(directory, int) and not os.path.isabs(path):
        path = os.path.join(os.readlink(f"/proc/self/fd/{directory}"), os.fsdecode(path))
    start = path if isinstance(path, str) else os.fsdecode(path)
    if not start.startswith(_KERNELS) or not _IS_POSIX or start.startswith(_PLAIN_FILES):
        return path
    return None if f"{start}/".startswith(_KERNELS_FOLDERS) else path


def _perform(
    operation: str,
    original: Function,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    error: OSError | None,
    paths: Sequence[FileName] = (),
) -> Any:
    """Raise the error of a refusal, or else call the original function.

    A caller must not keep the error in a variable afterwards: its frame and the error would keep
    each other alive.

    Args:
        operation: The operation's name.
        original: The function that does it.
        args: Its arguments by position.
        kwargs: Its arguments by name.
        error: The refusal, if there was one.
        paths: The path of a real error that is to read as on Windows.
    """
    if error is None:
        try:
            return original(*args, **kwargs)
        except OSError as real:
            if not paths or operation not in translating:
                raise
            error = as_on_windows(operation, real, *paths)
            if error is None:
                raise
    try:
        raise error  # outside the handler: the real error is unrelated to the injected one
    finally:
        error = None


def on_one_path(operation: str, original: Function) -> Function:
    """Make the replacement of a function that takes one path."""
    default = "." if operation in {"scandir", "listdir"} else 0

    @functools.wraps(original)
    def replacement(*args: Any, **kwargs: Any) -> Any:
        if operation not in translating and operation not in asked:
            return original(*args, **kwargs)
        given = args[0] if args else kwargs.get("path", default)
        path = _name(default if given is None else given, kwargs.get("dir_fd") if kwargs else None)
        if path is None:
            return original(*args, **kwargs)
        return _perform(operation, original, args, kwargs, refusal(operation, path), (path,))

    return replacement


def _on_two_paths(operation: str, original: Function) -> Function:
    @functools.wraps(original)
    def replacement(*args: Any, **kwargs: Any) -> Any:
        if operation not in translating and operation not in asked:
            return original(*args, **kwargs)
        source = _name(args[0] if args else kwargs.get("src", 0), kwargs.get("src_dir_fd"))
        target = _name(args[1] if len(args) > 1 else kwargs.get("dst", 0), kwargs.get("dst_dir_fd"))
        if source is None or target is None:
            return original(*args, **kwargs)
        return _perform(
            operation, original, args, kwargs, refusal(operation, source, target), (source, target)
        )

    return replacement


def _on_replace(operation: str, original: Function) -> Function:
    """Replace a file by a folder as well, which Linux refuses."""

    @functools.wraps(original)
    def over_a_file(*args: Any, **kwargs: Any) -> Any:
        try:
            return original(*args, **kwargs)
        except NotADirectoryError:
            source = args[0] if args else kwargs["src"]
            target = args[1] if len(args) > 1 else kwargs["dst"]
            if operation not in translating or not _folder_onto_file(source, target):
                raise
            unlink(target)
        return original(*args, **kwargs)

    return _on_two_paths(operation, over_a_file)


def _folder_onto_file(source: FileName, target: FileName) -> bool:
    """Return whether a folder was to replace a file; Windows allows that and Linux does not.

    The target of MoveFileExW must not be a folder, its source may be anything (documentation of
    Rust's `std::fs::rename`; seen with CPython for Windows).
    """
    try:
        return stat.S_ISDIR(lstat(source).st_mode) and stat.S_ISREG(lstat(target).st_mode)
    except OSError:
        return False


def _on_copyfile(operation: str, original: Function) -> Function:
    """On a full disk, leave an empty file: `shutil.copyfile` opens its target before it writes."""

    @functools.wraps(original)
    def replacement(*args: Any, **kwargs: Any) -> Any:
        source = _name(args[0] if args else kwargs.get("src", 0))
        target = _name(args[1] if len(args) > 1 else kwargs.get("dst", 0))
        if operation not in asked or source is None or target is None:
            return original(*args, **kwargs)
        error = refusal(operation, source, target)
        try:
            if error is not None and error.errno == errno.ENOSPC:
                original(*args, **kwargs)
                if kwargs.get("follow_symlinks", True):
                    truncate(target, 0)
            return _perform(operation, original, args, kwargs, error)
        finally:
            error = None

    return replacement


@functools.lru_cache(maxsize=256)
def _opening(mode: str) -> tuple[str, ...]:
    """Return what `open` does in a mode, as operations that may be refused."""
    if "x" in mode:
        return ("write",)
    if "w" in mode:
        return ("write", "overwrite")
    reads = ("open",) if "r" in mode else ()
    return (*reads, "write") if "a" in mode or "+" in mode else reads


def _on_open(operation: str, original: Function) -> Function:
    @functools.wraps(original)
    def replacement(*args: Any, **kwargs: Any) -> Any:
        path = _name(args[0] if args else kwargs.get("file", 0))
        mode = args[1] if len(args) > 1 else kwargs.get("mode", "r")
        if path is None or not isinstance(mode, str):
            return original(*args, **kwargs)
        has_opener = kwargs.get("opener") is not None or len(args) > _BEFORE_OPENER
        exists = "x" in mode and os.path.lexists(path)  # which is found out first
        error = None if exists else _first_refusal(_opening(mode), path, has_opener)
        is_full = refused = None
        try:
            if error is not None:
                is_full = "+" not in mode and _shows_later(error)
                refused = None if is_full else error
            announced[0] = path
            if refused is None and operation not in translating:  # nearly always
                file = original(*args, **kwargs)
            else:
                file = _perform(operation, original, args, kwargs, refused, (path,))
        finally:
            announced[0] = error = refused = None
        if is_full:
            _fill(file.fileno())
        if listeners and not has_opener:
            for listener in listeners:
                listener(file.fileno(), path, _flags(mode))
        return file

    return replacement


_BEFORE_OPENER = 7
_FULL = "/dev/full"


def _shows_later(error: OSError) -> bool:
    """Return whether Windows opens and empties the file before it reports this error.

    That the disk is full shows when something is written (learn.microsoft.com, WriteFile). The
    old content is gone by then.
    """
    return error.errno == errno.ENOSPC and os.path.exists(_FULL)


def _fill(descriptor: int) -> None:
    """Make all writing to a descriptor fail as on a full disk (full(4))."""
    full = open_file(_FULL, os.O_WRONLY)
    try:
        os.dup2(full, descriptor, inheritable=False)
    finally:
        os.close(full)


_CLOSED_BY_EXEC = getattr(os, "O_CLOEXEC", 0)


@functools.lru_cache(maxsize=256)
def _flags(mode: str) -> int:
    """Return the flags of open(2) that a descriptor keeps of a mode of `open`."""
    access = os.O_RDWR if "+" in mode else os.O_RDONLY if "r" in mode else os.O_WRONLY
    return access | _CLOSED_BY_EXEC | (os.O_APPEND if "a" in mode else 0)


def _first_refusal(operations: tuple[str, ...], path: FileName, has_opener: bool) -> OSError | None:
    for operation in operations:
        for interceptor in asked.get(operation, ()):
            if has_opener and "os.open" in interceptor.operations:
                continue  # is asked about what the opener opens, which may be another file
            error = interceptor.refuse(operation, path, None)
            if error is not None:
                return error
    return None


def _on_descriptor(operation: str, original: Function) -> Function:
    """Ask about the file behind a descriptor; where the system does not say, it has no name."""

    @functools.wraps(original)
    def replacement(*args: Any, **kwargs: Any) -> Any:
        given = args[0] if args else kwargs.get("fd")
        name = _name_behind(given) if operation in asked else ""
        return _perform(operation, original, args, kwargs, refusal(operation, name))

    return replacement


def _name_behind(file: Any) -> str:
    number = file if isinstance(file, int) else getattr(file, "fileno", int)()
    try:
        return os.readlink(f"/proc/self/fd/{number}")
    except OSError:
        return ""


def _on_rmtree(operation: str, original: Function) -> Function:
    """Fail as when a tree's folder cannot be listed, before anything in it is touched.

    A caller's error handler receives the error as it would from the real function.
    """

    @functools.wraps(original)
    def replacement(*args: Any, **kwargs: Any) -> Any:
        path = _name(args[0] if args else kwargs.get("path", 0), kwargs.get("dir_fd"))
        error = None if path is None else refusal(operation, path)
        if error is None:
            return original(*args, **kwargs)
        if args[1] if len(args) > 1 else kwargs.get("ignore_errors", False):
            return None
        onexc = kwargs.get("onexc")
        onerror = args[2] if len(args) > 2 else kwargs.get("onerror")  # noqa: PLR2004
        try:
            raise error
        except OSError as caught:
            if onexc is not None:
                onexc(os.scandir, path, caught)
            elif onerror is not None:
                onerror(os.scandir, path, sys.exc_info())
            else:
                raise
        finally:
            error = None
        return None

    replacement.avoids_symlink_attacks = False  # type: ignore[attr-defined]  # nor on Windows
    return replacement


_CREATING = os.O_CREAT | os.O_EXCL
_NO_FILE = getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_PATH", 0) | getattr(os, "O_TMPFILE", 0)


def _on_os_open(operation: str, original: Function) -> Function:
    """Ask about a file that exists, as when it is opened by `open`."""

    @functools.wraps(original)
    def replacement(*args: Any, **kwargs: Any) -> Any:
        flags = args[1] if len(args) > 1 else kwargs.get("flags")
        given = args[0] if args else kwargs.get("path", 0)
        path = _name(given, kwargs.get("dir_fd") if kwargs else None)
        if path is None or not isinstance(flags, int):
            return original(*args, **kwargs)
        is_asked = operation in asked and not flags & _NO_FILE
        error = _refused_opening(operation, flags, path) if is_asked else None
        announced[0] = path
        try:
            if error is None and operation not in translating:  # nearly always
                number = original(*args, **kwargs)
            else:
                paths = (path,) if is_asked else ()
                number = _perform(operation, original, args, kwargs, error, paths)
        finally:
            announced[0] = error = None
        for listener in listeners:
            listener(number, path, flags | _CLOSED_BY_EXEC)
        return number

    return replacement


@functools.lru_cache(maxsize=256)
def _kinds(flags: int) -> tuple[str, ...]:
    """Return what `os.open` does to a file that exists, as operations that may be refused."""
    if flags & _CREATING == _CREATING:
        return ()
    kind = "write" if flags & (os.O_WRONLY | os.O_RDWR) else "open"
    return (kind, "overwrite") if flags & os.O_TRUNC else (kind,)


def _refused_opening(operation: str, flags: int, path: FileName) -> OSError | None:
    for interceptor in asked.get(operation, ()):
        for kind in _kinds(flags):
            error = interceptor.refuse(kind, path, None)
            if error is not None:
                return error
    return None


_DISK_FULL = frozenset({112, 1295})
_CANNOT_OPEN = 14


def _on_connect(operation: str, original: Function) -> Function:
    """Open a database of SQLite that cannot be opened or, on a full disk, cannot grow.

    SQLite does not say why it cannot open a file (os_win.c, `winOpen`: SQLITE_CANTOPEN), and
    reports a full disk when it writes (SQLITE_FULL, as for a limited number of pages).
    """

    @functools.wraps(original)
    def replacement(*args: Any, **kwargs: Any) -> Any:
        path = _name(args[0] if args else kwargs.get("database", 0))
        refused = None
        if path is not None and not os.fsdecode(path).startswith((":memory:", "file:")):
            refused = refusal(operation, path)
        if refused is not None and refused.winerror not in _DISK_FULL:  # type: ignore[attr-defined,unused-ignore]
            raise _cannot_open()
        connection = original(*args, **kwargs)
        if refused is not None:
            connection.execute("PRAGMA max_page_count = 1")
        return connection

    return replacement


def _cannot_open() -> Exception:
    import sqlite3  # lazy: it was imported to be replaced

    error = sqlite3.OperationalError("unable to open database file")
    if sys.version_info >= (3, 11):
        error.sqlite_errorcode, error.sqlite_errorname = _CANNOT_OPEN, "SQLITE_CANTOPEN"
    return error


MAKERS: dict[str, Callable[[str, Function], Function]] = {
    "rmtree": _on_rmtree,
    "rename": _on_two_paths,
    "replace": _on_replace,
    "symlink": _on_two_paths,
    "link": _on_two_paths,
    "copyfile": _on_copyfile,
    "fsync": _on_descriptor,
    "open": _on_open,
    "os.open": _on_os_open,
    "connect": _on_connect,
}
