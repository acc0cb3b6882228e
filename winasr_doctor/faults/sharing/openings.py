"""Records which lines of code opened which files, using an audit hook.

An audit hook cannot be removed (PEP 578). This one is added when it is first needed, and does
nothing unless something is listening.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from winasr_doctor.faults.stacks import SourceLine, calling_lines

_MOST_PATHS = 4096
_MOST_PER_PATH = 4
_DEEPEST = 12

Stack = tuple[SourceLine, ...]

_listeners: list[object] = []
_added = False
_lock = threading.RLock()  # a garbage collection inside may close and open files
_opened: dict[str, list[Stack]] = {}


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if not _listeners or event != "open":
        return
    path = arguments[0]
    if isinstance(path, (str, bytes)):
        _note(os.fsdecode(path))


def _note(path: str) -> None:
    stack = calling_lines(_DEEPEST)
    if not stack or stack[0].file.startswith("<frozen importlib") or path.startswith("/proc/"):
        return
    try:
        key = os.path.abspath(path)
    except OSError:  # the current directory no longer exists
        return
    with _lock:
        stacks = _opened.pop(key, [])
        _opened[key] = [stack, *(old for old in stacks if old != stack)][:_MOST_PER_PATH]
        if len(_opened) > _MOST_PATHS:
            del _opened[next(iter(_opened))]


@contextmanager
def listening() -> Iterator[None]:
    """Record who opens what until the block ends; when the last listener ends, forget it all."""
    global _added  # noqa: PLW0603 - one hook per process
    token = object()
    with _lock:
        if not _added:
            sys.addaudithook(_hook)
            _added = True
        _listeners.append(token)
    try:
        yield
    finally:
        with _lock:
            _listeners.remove(token)
            if not _listeners:
                _opened.clear()


def lines_that_opened(path: str) -> list[Stack]:
    """Return the stacks of the latest openings of a file, newest first.

    Args:
        path: The file's real path, as in `/proc`.

    Returns:
        The stacks; empty for a file that was opened before listening began, outside Python code, or
        in another process.
    """
    with _lock:
        if path in _opened:
            return list(_opened[path])
        known = list(_opened)
    name = os.path.basename(path)
    for key in reversed(known):  # opened through a symbolic link
        if os.path.basename(key) == name and os.path.realpath(key) == path:
            return list(_opened.get(key, ()))
    return []
