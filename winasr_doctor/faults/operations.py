"""Replaces the functions from which faults are raised, and restores them.

Replacements are process-wide and counted: the first user installs them and the last one removes
them. A replacement that someone else has wrapped in the meantime stays in place and does nothing
from then on.

While anything is replaced, `shutil.rmtree` walks folders by path, as on Windows (`removal`).
"""

# ruff: noqa: ANN401 - the replaced functions accept anything
from __future__ import annotations

import builtins
import errno
import functools
import io
import os
import re
import shutil
import stat
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from os import lstat, unlink  # bound early: these calls must not be intercepted
from typing import Any, NamedTuple, Protocol

from winasr_doctor._util.private_names import PATHLIB_ACCESSOR, TAR_OPEN
from winasr_doctor.faults.removal import go_by_path
from winasr_doctor.faults.translation import as_on_windows

ALWAYS = frozenset(
    {"unlink", "rmdir", "rename", "replace", "scandir", "listdir", "mkdir", "chdir", "chmod"}
)
"""Always replaced, so that their real errors also read as on Windows."""

Function = Callable[..., Any]
FileName = str | bytes


class Interceptor(Protocol):
    """Something that may refuse an operation."""

    operations: frozenset[str]
    """The operations that it may refuse."""

    def refuse(self, operation: str, path: FileName, path2: FileName | None) -> OSError | None:
        """Return the error to raise instead of the operation, or `None` to let it pass."""


class PatchedOperation(NamedTuple):
    """One place where a function can be found: an attribute of a module or class."""

    owner: Any
    name: str


def _targets(operation: str) -> list[PatchedOperation]:
    names = _NAMES[operation]
    found = [PatchedOperation(owner, name) for owner, name in names]
    if operation == "open" and "tarfile" in sys.modules:  # binds builtins.open when imported
        tarfile = sys.modules["tarfile"]
        if TAR_OPEN.of_or(tarfile, None) is not None:
            found.append(PatchedOperation(tarfile, TAR_OPEN.name))
    if PATHLIB_ACCESSOR.is_expected and "pathlib" in sys.modules:
        accessor = PATHLIB_ACCESSOR.of_or(sys.modules["pathlib"], object)
        if operation in vars(accessor):
            found.append(PatchedOperation(accessor, operation))
    return [target for target in found if hasattr(*target)]


_NAMES: dict[str, tuple[tuple[Any, str], ...]] = {
    "rmtree": ((shutil, "rmtree"),),
    "unlink": ((os, "unlink"), (os, "remove")),
    "rmdir": ((os, "rmdir"),),
    "rename": ((os, "rename"),),
    "replace": ((os, "replace"),),
    "scandir": ((os, "scandir"),),
    "listdir": ((os, "listdir"),),
    "mkdir": ((os, "mkdir"),),
    "chdir": ((os, "chdir"),),
    "stat": ((os, "stat"),),
    "lstat": ((os, "lstat"),),
    "chmod": ((os, "chmod"),),
    "open": ((builtins, "open"), (io, "open")),
    "write": (),  # an opening; handled wherever `open` is replaced
    "truncate": (),  # likewise
}

_interceptors: dict[str, tuple[Interceptor, ...]] = {}
"""Those whose rules are in force at an operation; its real errors then read as on Windows."""
_refusing: dict[str, tuple[Interceptor, ...]] = {}
"""Those of them that may refuse it."""
_lock = threading.RLock()
_users: dict[str, int] = {}
_replaced: dict[str, list[_Replaced]] = {}
_undo_removal: list[Callable[[], None]] = []


def _refusal(operation: str, path: FileName, path2: FileName | None = None) -> OSError | None:
    for interceptor in _refusing.get(operation, ()):
        error = interceptor.refuse(operation, path, path2)
        if error is not None:
            return error
    return None


_IS_POSIX = os.name == "posix"
_NOT_ON_WINDOWS = re.compile(r"/(proc|sys|dev(?!/shm))(/|$)")  # /dev/shm holds plain files
_MAY_BE_THERE = ("/proc", "/sys", "/dev")


def _name(value: object, directory: object = None) -> FileName | None:
    """Return the name given by a path argument; `None` if no fault can apply to it.

    Descriptors used as paths, and the kernel's own files, do not exist on Windows.
    """
    if type(value) is str and directory is None:  # the usual case
        if value.startswith(_MAY_BE_THERE) and _IS_POSIX and _NOT_ON_WINDOWS.match(value):
            return None
        return value
    if isinstance(value, int):
        return None
    path: FileName
    if type(value) is str:
        path = value
    else:
        try:
            path = os.fspath(value)  # type: ignore[call-overload]
        except TypeError:
            return None  # the function itself will raise
    if isinstance(directory, int) and not os.path.isabs(path):
        path = os.path.join(os.readlink(f"/proc/self/fd/{directory}"), os.fsdecode(path))
    start = path if isinstance(path, str) else os.fsdecode(path)
    return None if _IS_POSIX and _NOT_ON_WINDOWS.match(start) else path


def _on_one_path(operation: str, original: Function) -> Function:
    default = "." if operation in {"scandir", "listdir"} else 0

    @functools.wraps(original)
    def replacement(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        if operation not in _interceptors:
            return original(*args, **kwargs)
        given = args[0] if args else kwargs.get("path", default)
        path = _name(default if given is None else given, kwargs.get("dir_fd") if kwargs else None)
        if path is None:
            return original(*args, **kwargs)
        error = _refusal(operation, path) if operation in _refusing else None
        if error is None:
            try:
                return original(*args, **kwargs)
            except OSError as real:
                error = as_on_windows(operation, real, path)
                if error is None:
                    raise
        try:
            raise error  # outside the handler: the real error is unrelated to the injected one
        finally:
            error = None  # else this frame and the error would keep each other alive

    return replacement


def _on_two_paths(operation: str, original: Function) -> Function:
    @functools.wraps(original)
    def replacement(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        source = _name(args[0] if args else kwargs.get("src", 0), kwargs.get("src_dir_fd"))
        target = _name(args[1] if len(args) > 1 else kwargs.get("dst", 0), kwargs.get("dst_dir_fd"))
        if source is None or target is None or operation not in _interceptors:
            return original(*args, **kwargs)
        error = _refusal(operation, source, target)
        if error is None:
            try:
                return original(*args, **kwargs)
            except OSError as real:
                if operation == "replace" and _folder_onto_file(real, source, target):
                    unlink(target)
                    return original(*args, **kwargs)
                error = as_on_windows(operation, real, source, target)
                if error is None:
                    raise
        try:
            raise error
        finally:
            error = None

    return replacement


def _folder_onto_file(error: OSError, source: FileName, target: FileName) -> bool:
    """Return whether a folder was to replace a file; Windows allows that and Linux does not.

    The target of MoveFileExW must not be a folder, its source may be anything (documentation of
    Rust's `std::fs::rename`; seen with CPython for Windows).
    """
    if error.errno != errno.ENOTDIR:
        return False
    try:
        return stat.S_ISDIR(lstat(source).st_mode) and stat.S_ISREG(lstat(target).st_mode)
    except OSError:
        return False


def _changing(mode: str) -> str | None:
    """Return how opening in this mode changes an existing file."""
    if "w" in mode:
        return "truncate"
    return "write" if "a" in mode or {"r", "+"} <= set(mode) else None


def _on_open(operation: str, original: Function) -> Function:
    @functools.wraps(original)
    def replacement(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        path = _name(args[0] if args else kwargs.get("file", 0))
        mode = args[1] if len(args) > 1 else kwargs.get("mode", "r")
        if path is None or not isinstance(mode, str):
            return original(*args, **kwargs)
        error = _refusal(operation, path) if "r" in mode else None
        change = _changing(mode)
        if error is None and change is not None:
            error = _refusal(change, path)
        if error is None:
            try:
                return original(*args, **kwargs)
            except OSError as real:
                if operation not in _interceptors:
                    raise
                error = as_on_windows(operation, real, path)
                if error is None:
                    raise
        try:
            raise error
        finally:
            error = None

    return replacement


def _on_rmtree(operation: str, original: Function) -> Function:
    """Fail as when a tree's folder cannot be listed, before anything in it is touched.

    A caller's error handler receives the error as it would from the real function.
    """

    @functools.wraps(original)
    def replacement(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        path = _name(args[0] if args else kwargs.get("path", 0), kwargs.get("dir_fd"))
        error = None if path is None else _refusal(operation, path)
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


_MAKERS: dict[str, Callable[[str, Function], Function]] = {
    "rmtree": _on_rmtree,
    "rename": _on_two_paths,
    "replace": _on_two_paths,
    "open": _on_open,
}


_originals: dict[Function, Function] = {}
"""What stands behind each replacement that was ever made; a function has one per operation."""


@functools.lru_cache(maxsize=256)
def _replacement(operation: str, original: Function) -> Function:
    made = _MAKERS.get(operation, _on_one_path)(operation, original)
    _originals[made] = original
    return made


class _Replaced(NamedTuple):
    target: PatchedOperation
    replacement: Function
    before: Any


def _replace(operation: str) -> None:
    done = _replaced.setdefault(operation, [])
    for target in _targets(operation):
        function = getattr(*target)
        left_behind = function in _originals  # by someone who restored what they had found
        original = _originals.get(function, function)
        replacement = _replacement(operation, original)
        before = original if left_behind else vars(target.owner)[target.name]
        in_class = isinstance(target.owner, type)
        setattr(target.owner, target.name, staticmethod(replacement) if in_class else replacement)
        done.append(_Replaced(target, replacement, before))


def _put_back(operation: str) -> None:
    for target, replacement, before in _replaced.pop(operation):
        if getattr(*target) is replacement:
            setattr(target.owner, target.name, before)


@contextmanager
def replaced(operations: Iterable[str]) -> Iterator[None]:
    """Replace the functions of these operations until the block ends.

    Args:
        operations: Names from `plan.OPERATIONS`, in addition to `ALWAYS`.
    """
    wanted = ALWAYS.union(operations)
    with _lock:
        if not _users:
            _undo_removal.append(go_by_path())
        for operation in wanted:
            _users[operation] = _users.get(operation, 0) + 1
            if _users[operation] == 1:
                _replace(operation)
    try:
        yield
    finally:
        with _lock:
            for operation in wanted:
                _users[operation] -= 1
                if not _users[operation]:
                    del _users[operation]
                    _put_back(operation)
            if not _users:
                _undo_removal.pop()()


@contextmanager
def asking(interceptor: Interceptor) -> Iterator[None]:
    """Ask this interceptor, before the earlier ones, until the block ends."""
    tables = ((_interceptors, ALWAYS | interceptor.operations), (_refusing, interceptor.operations))
    with replaced(interceptor.operations):
        with _lock:
            for asked, operations in tables:
                for operation in operations:
                    asked[operation] = (interceptor, *asked.get(operation, ()))
        try:
            yield
        finally:
            with _lock:
                for asked, operations in tables:
                    _stop_asking(interceptor, asked, operations)


def _stop_asking(
    interceptor: Interceptor, asked: dict[str, tuple[Interceptor, ...]], operations: Iterable[str]
) -> None:
    for operation in operations:
        left = tuple(one for one in asked[operation] if one is not interceptor)
        if left:
            asked[operation] = left
        else:
            del asked[operation]
