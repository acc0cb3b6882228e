"""Records which lines of code opened which descriptors.

The functions that the rules replace say so. For all others there is an audit hook, which is called
before a file is opened. POSIX gives the new file the lowest free descriptor
(open(2)), so the number that the opening will get is known: it says later whether this opening is
the one that holds a file, or whether it was closed and another one came after it.

An audit hook cannot be removed (PEP 578). This one is added when it is first needed, and does
nothing unless something is listening.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import dup, fstat, listdir, readlink  # bound early: these calls must not be emulated, too
from threading import get_ident
from types import FrameType
from typing import Any

from winasr_doctor._util.private_names import CHOOSING_NAME, GETFRAME
from winasr_doctor.faults import interceptors, replacements
from winasr_doctor.faults.interceptors import announced
from winasr_doctor.faults.sharing import connections, descriptors, processes
from winasr_doctor.faults.sharing.descriptors import Opening, changed
from winasr_doctor.faults.stacks import Places, Stack, lines_at, places_from

__tracebackhide__ = True  # pytest shows who called us, not us
log = logging.getLogger("winasr_doctor.faults")

_getframe: Callable[[int], FrameType] = GETFRAME.get()
_CHOOSING = CHOOSING_NAME.name
_close = os.close

_ROOT = "/", b"/"
_KERNEL = "/proc/"
_IMPORTING = "<frozen importlib"
_OWN = os.path.dirname(os.path.abspath(__file__))
_REPLACEMENTS = replacements.__file__
_NOT_NOTED = _IMPORTING, _OWN
_MOST_STARTS = 256

CURRENT_DIRECTORY = -1
"""Stands for the current directory, which has no descriptor."""


_logging = threading.local()
_listeners: list[object] = []
_added = False
_lock = threading.RLock()  # a garbage collection inside may close and open files
_openings: dict[int, Opening] = {}
_unread: dict[int, tuple[str | bytes, int, Places]] = {}
"""What replaced functions have opened since somebody asked: path, flags, places. Most is closed
again before anybody asks, so what can wait is left until then."""
_descriptors: dict[str, set[int]] = {}
_temporary: set[int] = set()
_disturbed: dict[str, Opening] = {}
"""The latest openings by threads other than the main one: their descriptors may be swapped."""
_MAIN = threading.main_thread().ident
_starts: dict[tuple[str, ...], Places] = {}
_locks_records = False
_moving: tuple[str, str] | None = None


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in _NOTES or not _listeners:
        return
    try:
        _NOTES[event](arguments)
    except RecursionError:
        return  # to write the log would fail, too
    except Exception:  # an error of a hook would become an error of the call
        if not getattr(_logging, "now", False):  # writing the log may open files, too
            _logging.now = True
            log.exception("could not note %s", event)
            _logging.now = False


_OPENER = 2
"""How far above a note is the frame that caused an event; in between there is the hook."""
_DEEPEST_OPENER = 5
"""So near is `NamedTemporaryFile` to what opens for it; in between there is `opener`, since Python
3.11, and our own `open`."""


def _note_open(arguments: tuple[Any, ...]) -> None:
    if arguments[0] is announced[0]:
        announced[0] = None
        return
    if type(arguments[0]) is int:
        return  # a file object for a descriptor that is open
    frame = _getframe(_OPENER)
    file = frame.f_code.co_filename
    if file == _REPLACEMENTS or file.startswith(_NOT_NOTED):
        return  # a replacement says itself what it has opened
    path = _text(arguments[0])
    if path is not None and not path.startswith(_KERNEL):
        places = places_from(frame)
        temporary = _is_temporary(frame, places)
        _note(places, path, flags=arguments[2], temporary=temporary)


def _note_opened(number: int, path: str | bytes, flags: int) -> None:
    """Note a descriptor that a replaced function has opened."""
    try:
        frame = _getframe(2)  # the replacement's caller
        places = places_from(frame)
        if path[:1] not in _ROOT:  # the current directory may change
            path = os.path.abspath(path)
        temporary = _is_temporary(frame, places)
    except Exception:  # an error here would become an error of the call
        log.exception("could not note the opening of %r", path)
        return
    if temporary:
        _keep_now(number, Opening((_normal(path),), places, flags, "", temporary))
        return
    _unread[number] = path, flags, places
    changed(number)


def _read() -> None:
    """Take in what was opened since the last time."""
    with _lock:
        while _unread:
            number, (path, flags, places) = _unread.popitem()
            if not (places and places[0][0].co_filename.startswith(_IMPORTING)):
                _keep(number, Opening((_normal(path),), places, flags))


def _normal(path: str | bytes) -> str:
    return os.path.normpath(os.fsdecode(path))


def _text(path: object) -> str | None:
    """Return a path as a text; `None` for a descriptor."""
    try:
        return os.fsdecode(path)  # type: ignore[arg-type]
    except TypeError:
        return None


def _is_temporary(frame: FrameType | None, places: Places) -> bool:
    """Return whether a file is opened that `tempfile` gives O_TEMPORARY on Windows.

    It does so for `NamedTemporaryFile` with `delete` and, since Python 3.12, `delete_on_close`
    (Lib/tempfile.py, `NamedTemporaryFile`).
    """
    if not places or places[0][0].co_name != _CHOOSING:
        return False
    for code, _ in places[:_DEEPEST_OPENER]:
        if code.co_name == "NamedTemporaryFile" and frame is not None:
            given = frame.f_locals
            return bool(given.get("delete")) and bool(given.get("delete_on_close", True))
        frame = frame and frame.f_back
    return False


def _note_lock(arguments: tuple[Any, ...]) -> None:
    """Note that this process uses record locks."""
    global _locks_records  # noqa: PLW0603 - one process has one set of locks
    del arguments
    _locks_records = True


def _note_connect(arguments: tuple[Any, ...]) -> None:
    path = _text(arguments[0])
    number = None
    if path and not path.startswith((":", "file:")):
        _note_lock(arguments)
        number = _note(places_from(_getframe(_OPENER)), path, by="sqlite3.connect")
    connections.begin(number)


def _note_connection(arguments: tuple[Any, ...]) -> None:
    connections.note(arguments[0])


def _note_map(arguments: tuple[Any, ...]) -> None:
    """Note a memory map: Python's keeps a duplicate of the descriptor (Modules/mmapmodule.c)."""
    processes.forget_maps()
    try:
        path = readlink(f"/proc/self/fd/{int(arguments[0])}")
    except (OSError, ValueError, TypeError):
        return
    if path.startswith("/"):
        _note(places_from(_getframe(_OPENER)), path, by="mmap.mmap")


def _note_change_of_directory(arguments: tuple[Any, ...]) -> None:
    if _text(arguments[0]) is not None:
        places = places_from(_getframe(_OPENER))
        _keep(CURRENT_DIRECTORY, Opening((), places, by="os.chdir"))


def announce_move(names: tuple[str, str] | None) -> None:
    """Note that the next renaming concerns no open file, so that nothing is looked up then.

    Args:
        names: The file and its new name; `None` if it may be open.
    """
    global _moving  # noqa: PLW0603 - where another thread comes between, the file is looked up
    _moving = names


def _note_rename(arguments: tuple[Any, ...]) -> None:
    global _moving
    processes.forget_maps()
    moving, _moving = _moving, None
    if moving == arguments[:2]:
        return
    try:
        old, new = (os.path.abspath(os.fsdecode(path)) for path in arguments[:2])
    except (OSError, TypeError):
        return
    for number in _opened_as(old):
        with _lock:
            opening = _openings[number]
            if new not in opening.names:
                _keep(number, opening._replace(names=(*opening.names, new)))


def _note_start(arguments: tuple[Any, ...]) -> None:
    words = arguments[1]
    if isinstance(words, (str, bytes)):
        words = [words]
    try:
        command = tuple(os.fsdecode(word) for word in words)
    except TypeError:
        return
    with _lock:
        _starts[command] = places_from(_getframe(_OPENER))
        if len(_starts) > _MOST_STARTS:
            del _starts[next(iter(_starts))]


_NOTES: dict[str, Callable[[tuple[Any, ...]], None]] = {
    "open": _note_open,
    "fcntl.lockf": _note_lock,
    "sqlite3.connect": _note_connect,
    "sqlite3.connect/handle": _note_connection,
    "mmap.__new__": _note_map,
    "os.chdir": _note_change_of_directory,
    "os.rename": _note_rename,
    "subprocess.Popen": _note_start,
}
"""Source: docs.python.org, "Audit events table"."""


def _note(
    places: Places,
    path: str,
    *,
    flags: int | None = None,
    by: str = "",
    temporary: bool = False,
) -> int | None:
    """Note an opening; return the descriptor that it will get, if that is known."""
    number = _next_descriptor()
    if number is None:
        return None
    try:
        name = os.path.abspath(path)
    except OSError:  # the current directory no longer exists
        return None
    opening = Opening((name,), places, flags, by, temporary)
    with _lock:
        _keep_now(number, opening)
        if get_ident() != _MAIN:
            _disturbed[name] = opening
            if len(_disturbed) > _MOST_STARTS:
                del _disturbed[next(iter(_disturbed))]
    return number


def _keep_now(number: int, opening: Opening) -> None:
    with _lock:
        _unread.pop(number, None)
        _keep(number, opening)


def _keep(number: int, opening: Opening) -> None:
    with _lock:
        before = _openings.get(number)
        _openings[number] = opening
        changed(number)
        if opening.temporary or number in _temporary:
            (_temporary.add if opening.temporary else _temporary.discard)(number)
        if before is not None:
            if before.names == opening.names:
                return
            _forget_names(number, before)
        for name in opening.names:
            _descriptors.setdefault(name, set()).add(number)


def _forget_names(number: int, opening: Opening) -> None:
    for name in opening.names:
        _descriptors[name].discard(number)
        if not _descriptors[name]:
            del _descriptors[name]


def _next_descriptor() -> int | None:
    for standard in range(3):
        try:
            number = dup(standard)
        except OSError:
            continue
        _close(number)
        return number
    return None


@contextmanager
def listening() -> Iterator[None]:
    """Record who opens what until the block ends; when the last listener ends, forget it all."""
    global _added  # noqa: PLW0603 - one hook per process
    token = object()
    with _lock:
        if not _listeners:
            _note_what_is_open()
            interceptors.listeners.append(_note_opened)
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
                interceptors.listeners.remove(_note_opened)
                for table in (_openings, _unread, _descriptors, _temporary, _disturbed, _starts):
                    table.clear()
                connections.forget()
                descriptors.forget()


def _note_what_is_open() -> None:
    global _locks_records  # noqa: PLW0603 - likewise
    _locks_records = b" %d " % os.getpid() in processes.read("/proc/locks")
    for number in listdir("/proc/self/fd"):
        try:
            path = readlink(f"/proc/self/fd/{number}")
        except OSError:  # the one that lists
            continue
        _keep(int(number), Opening((path,), by="before"))


def opening_of(descriptor: int, path: str, flags: int) -> Opening | None:
    """Return how one of this process's descriptors was opened.

    Args:
        descriptor: Its number.
        path: The real path of its file, as in `/proc`.
        flags: Its flags.

    Returns:
        `None` if Python did not see it: C code opened it, or it is a duplicate.
    """
    _read()
    with _lock:
        opening = _openings.get(descriptor)
        disturbed = list(_disturbed.values())
    if opening is not None and opening.is_of(path) and opening.has_flags(flags):
        return opening
    return next((one for one in reversed(disturbed) if one.is_of(path)), None)


def is_of_closed_connection(descriptor: int, path: str) -> bool:
    """Return whether a descriptor belongs to a connection to SQLite that was closed.

    Args:
        descriptor: A descriptor of this process.
        path: The real path of its file.
    """
    opening = _openings.get(descriptor)
    is_one = opening is not None and bool(opening.by) and opening.is_of(path)
    return is_one and connections.is_closed(descriptor)


def change_of_directory() -> Opening | None:
    """Return how the current directory was entered; `None` if not by `os.chdir`."""
    return _openings.get(CURRENT_DIRECTORY)


def may_lock(path: str, status: os.stat_result) -> bool:
    """Return whether this process may have record locks on a file that it was seen to open.

    Args:
        path: The file.
        status: From `os.lstat`.
    """
    if not _locks_records:
        return False
    for number in _opened_as(os.path.abspath(path)):
        try:
            if os.path.samestat(fstat(number), status):
                return True
        except OSError:  # it has been closed
            continue
    return False


def is_temporary(descriptor: int, path: str) -> bool:
    """Return whether Windows would delete a file as soon as a descriptor is closed.

    Args:
        descriptor: A descriptor of this process.
        path: The real path of its file.
    """
    _read()
    opening = _openings.get(descriptor)
    return opening is not None and opening.temporary and opening.is_of(path)


def any_temporary(path: str | None = None) -> bool:
    """Return whether a file was opened as a temporary one, and may still be open.

    Args:
        path: The file; any if there is none.
    """
    if not _temporary:
        return False
    if path is not None:
        return not _temporary.isdisjoint(_opened_as(os.path.abspath(path)))
    _read()
    return bool(_temporary)


def _opened_as(name: str) -> tuple[int, ...]:
    """Return the descriptors that an absolute path was opened as."""
    _read()
    return tuple(_descriptors.get(name, ()))


def lines_that_started(command: tuple[str, ...]) -> Stack:
    """Return the lines that started a child process.

    Args:
        command: Its command line.
    """
    return lines_at(_starts.get(command, ()))
