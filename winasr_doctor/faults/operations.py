"""Replaces the functions from which faults are raised, and restores them.

Replacements are process-wide and counted: the first user installs them and the last one removes
them. A replacement that someone else has wrapped in the meantime stays in place and does nothing
from then on.

While anything is replaced, `shutil.rmtree` walks folders by path, as on Windows (`removal`).
"""

from __future__ import annotations

import builtins
import functools
import io
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from winasr_doctor._util.private_names import PATHLIB_ACCESSOR, TAR_OPEN
from winasr_doctor.faults import interceptors
from winasr_doctor.faults.interceptors import FileName, Interceptor
from winasr_doctor.faults.removal import go_by_path
from winasr_doctor.faults.replacements import MAKERS, Function, on_one_path

__all__ = ["ALWAYS", "FileName", "Interceptor", "asking", "replaced"]

ALWAYS = frozenset(
    {"unlink", "rmdir", "rename", "replace", "scandir", "listdir", "mkdir", "chdir", "chmod"}
)
"""Also replaced where real errors read as on Windows, so that theirs do."""


Target = tuple[Any, str]
"""One place where a function can be found: a module or class, and the name of its attribute."""


def _targets(operation: str) -> list[Target]:
    found: list[Target] = list(_NAMES[operation])
    if operation == "connect":
        import sqlite3  # lazy: few plans need it

        found = [(one, "connect") for one in (sqlite3, sqlite3.dbapi2)]
    if operation == "open" and "tarfile" in sys.modules:  # binds builtins.open when imported
        tarfile = sys.modules["tarfile"]
        if TAR_OPEN.of_or(tarfile, None) is not None:
            found.append((tarfile, TAR_OPEN.name))
    if PATHLIB_ACCESSOR.is_expected and "pathlib" in sys.modules:
        accessor = PATHLIB_ACCESSOR.of_or(sys.modules["pathlib"], object)
        if operation in vars(accessor):
            found.append((accessor, operation))
    return [target for target in found if hasattr(*target)]


_NAMES: dict[str, tuple[Target, ...]] = {
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
    "os.open": ((os, "open"),),  # never fails by plan: `tempfile` would try again for hours
    "write": (),  # an opening; handled wherever `open` is replaced
    "overwrite": (),  # likewise, and only the rules of sharing are asked
    "symlink": ((os, "symlink"),),
    "link": ((os, "link"),),
    "truncate": ((os, "truncate"),),
    "fsync": ((os, "fsync"),),
    "copyfile": ((shutil, "copyfile"),),
    "connect": (),  # of sqlite3, which is imported when a plan names it
}

_HANDLED_BY_OPEN = ("write", "overwrite")
_lock = threading.RLock()
_users: dict[str, int] = {}
_replaced: dict[str, list[tuple[Target, Function, Any]]] = {}
_undo_removal: list[Callable[[], None]] = []


_originals: dict[Function, Function] = {}
"""What stands behind each replacement that was ever made; a function has one per operation."""


@functools.lru_cache(maxsize=256)
def _replacement(operation: str, original: Function) -> Function:
    made = MAKERS.get(operation, on_one_path)(operation, original)
    _originals[made] = original
    return made


def _replace(operation: str) -> None:
    done = _replaced.setdefault(operation, [])
    for target in _targets(operation):
        owner, name = target
        function = getattr(*target)
        left_behind = function in _originals  # by someone who restored what they had found
        original = _originals.get(function, function)
        replacement = _replacement(operation, original)
        before = original if left_behind else vars(owner)[name]
        in_class = isinstance(owner, type)
        setattr(owner, name, staticmethod(replacement) if in_class else replacement)
        done.append((target, replacement, before))


def _put_back(operation: str) -> None:
    for target, replacement, before in _replaced.pop(operation):
        if getattr(*target) is replacement:
            setattr(*target, before)


def replaced(operations: Iterable[str]) -> AbstractContextManager[None]:
    """Replace the functions of these operations until the block ends.

    Args:
        operations: Names from `plan.OPERATIONS`, in addition to `ALWAYS`.
    """
    return _replaced_only(ALWAYS.union(operations))


@contextmanager
def _replaced_only(wanted: frozenset[str]) -> Iterator[None]:
    if not wanted.isdisjoint(_HANDLED_BY_OPEN):
        wanted |= {"open"}
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
def asking(interceptor: Interceptor, *, translating: bool = True) -> Iterator[None]:
    """Ask this interceptor, before the earlier ones, until the block ends.

    Args:
        interceptor: The interceptor.
        translating: Whether real errors read as on Windows during that time.
    """
    translated = ALWAYS | interceptor.operations if translating else frozenset()
    with _replaced_only(translated | interceptor.operations):
        with _lock:
            interceptors.add(interceptor, translated)
        try:
            yield
        finally:
            with _lock:
                interceptors.remove(interceptor, translated)
