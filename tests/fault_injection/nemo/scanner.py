"""A stand-in for a virus scanner or a sync client: opens every new file and keeps it for a while.

Run as `python scanner.py FOLDER --hold SECONDS`. It says `ready`, opens whatever appears below the
folder as soon as it appears, until its standard input ends, and says how many files it has held.
On Linux it uses inotify; elsewhere it polls. On Windows it opens files as most programs do: others
may read and write but not delete.
"""

# ruff: noqa: T201 - its output is how it talks to whoever started it
from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import select
import struct
import sys
import threading
import time
from collections.abc import Iterator
from typing import BinaryIO, Protocol

_SLICE = 0.001
"""Seconds of one wait, at most."""


class News(Protocol):
    """Tells about new entries below a folder."""

    def since_last_time(self, seconds: float) -> Iterator[str]:
        """Wait for news, for so many seconds at most, and yield paths of new files."""


class Polling:
    """Looks through the whole tree again and again."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._known = set(_files_below(root))

    def since_last_time(self, seconds: float) -> Iterator[str]:
        time.sleep(seconds)
        found = set(_files_below(self._root))
        yield from sorted(found - self._known)
        self._known = found


class Inotify:
    """Receives events from the kernel; see inotify(7)."""

    _CREATE, _MOVED_TO, _IS_FOLDER = 0x100, 0x80, 0x40000000
    _NONBLOCK = 0o4000
    _EVENT = struct.Struct("iIII")

    def __init__(self, root: str) -> None:
        self._library = ctypes.CDLL(None, use_errno=True)
        self._queue = self._library.inotify_init1(self._NONBLOCK)
        if self._queue < 0:
            raise OSError(ctypes.get_errno(), "inotify_init1 failed")
        self._folders: dict[int, str] = {}
        list(self._watch(root))  # what is there already is not new

    def _watch(self, folder: str) -> Iterator[str]:
        """Watch a folder and yield what is below it already."""
        number = self._library.inotify_add_watch(
            self._queue, os.fsencode(folder), self._CREATE | self._MOVED_TO
        )
        if number < 0:
            return  # gone again
        self._folders[number] = folder
        for path, is_folder in _entries(folder):
            yield from self._watch(path) if is_folder else (path,)

    def since_last_time(self, seconds: float) -> Iterator[str]:
        if not select.select([self._queue], [], [], seconds)[0]:
            return
        events = os.read(self._queue, 1 << 16)
        at = 0
        while at < len(events):
            number, mask, _, length = self._EVENT.unpack_from(events, at)
            at += self._EVENT.size
            name = os.fsdecode(events[at : at + length].rstrip(b"\0"))
            at += length
            if number not in self._folders or not mask & (self._CREATE | self._MOVED_TO):
                continue
            path = os.path.join(self._folders[number], name)
            yield from self._watch(path) if mask & self._IS_FOLDER else (path,)


def _entries(folder: str) -> list[tuple[str, bool]]:
    try:
        with os.scandir(folder) as entries:
            return [(entry.path, entry.is_dir(follow_symlinks=False)) for entry in entries]
    except OSError:
        return []


def _files_below(folder: str) -> Iterator[str]:
    for path, is_folder in _entries(folder):
        yield from _files_below(path) if is_folder else (path,)


def news_of(root: str) -> News:
    """Return the best way there is to hear about a folder."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # no watches left, for example
            return Inotify(root)
    return Polling(root)


class Holding:
    """The files that are open now, each until its time is over."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._open: dict[str, tuple[float, BinaryIO]] = {}
        self.count = 0

    def take(self, path: str) -> None:
        if path in self._open:
            return
        with contextlib.suppress(OSError):  # gone again, or somebody else's
            self._open[path] = time.monotonic() + self._seconds, open(path, "rb")  # noqa: SIM115
            self.count += 1

    def let_go(self, now: float) -> None:
        for path, (end, file) in list(self._open.items()):
            if now >= end:
                file.close()
                del self._open[path]


def _until_input_ends(ended: threading.Event) -> None:
    sys.stdin.buffer.read()
    ended.set()


def main() -> None:
    """Hold files until the standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--hold", type=float, default=0.2, help="seconds")
    options = parser.parse_args()
    news, holding, ended = news_of(options.folder), Holding(options.hold), threading.Event()
    threading.Thread(target=_until_input_ends, args=(ended,), daemon=True).start()
    print("ready", flush=True)
    while not ended.is_set():
        for path in news.since_last_time(_SLICE):
            holding.take(path)
        holding.let_go(time.monotonic())
    print(holding.count, flush=True)


if __name__ == "__main__":
    main()
