"""Real handles: files and folders held open by this process or a child, on either system."""

from __future__ import annotations

import mmap
import os
import subprocess
from collections.abc import Callable, Iterator
from typing import Protocol

from survival.schedules import How


class Closable(Protocol):
    """Something that keeps a file open."""

    def close(self) -> None:
        """Let go of it."""


class Handles:
    """Everything that one trial holds."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self._let_go: list[Callable[[], None]] = []
        self._home = os.getcwd()

    def object(self, path: str, how: How) -> Closable:
        """Hold a file by a Python object, as lhotse's manifest iterator or a memory map does."""
        held: Closable = _mapped(path) if how is How.MAPPED else _reading(path)
        self._let_go.append(held.close)
        return held

    def raw(self, path: str, how: How) -> Callable[[], None]:
        """Hold a path by a handle that no Python object knows, as a library in C++ does.

        Args:
            path: A file or folder; one that is gone is not held.
            how: How.

        Returns:
            How to let go of it; it may be called twice.
        """
        if how is How.CURRENT_DIRECTORY:
            os.chdir(path)
            return self._remember(lambda: os.chdir(self._home))
        descriptor = _opened(path)
        return self._remember(lambda: os.close(descriptor))

    def in_child(self, path: str, how: How) -> Callable[[], None]:
        """Let a child process inherit a handle, or live in a folder; see `raw`."""
        if how is How.CURRENT_DIRECTORY:
            return self._remember(_started(path, None))
        descriptor = _opened(path)
        try:
            return self._remember(_started(self._home, descriptor))
        finally:
            os.close(descriptor)

    def release(self) -> None:
        """Let go of everything."""
        while self._let_go:
            self._let_go.pop()()
        os.chdir(self._home)

    def _remember(self, let_go: Callable[[], None]) -> Callable[[], None]:
        once = [let_go]

        def let_go_once() -> None:
            if once:
                once.pop()()

        self._let_go.append(let_go_once)
        return let_go_once


def _opened(path: str) -> int:
    if os.name != "nt" or not os.path.isdir(path):
        return os.open(path, os.O_RDONLY)
    from survival.folders import opened_folder

    return opened_folder(path)


def _reading(path: str) -> Iterator[str]:
    """Return a generator that is suspended inside `with open(...)`, as lhotse's is."""

    def lines() -> Iterator[str]:
        with open(path, encoding="utf-8") as file:
            yield from file

    suspended = lines()
    next(suspended)
    return suspended


def _mapped(path: str) -> mmap.mmap:
    with open(path, "rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _started(folder: str, descriptor: int | None) -> Callable[[], None]:
    """Start a process that does nothing, in a folder and with a descriptor; return its end."""
    if os.name == "nt":
        from survival.processes import started

        return started(folder, descriptor)
    keep = () if descriptor is None else (descriptor,)
    process = subprocess.Popen(
        ["sleep", "100000"],  # noqa: S607
        cwd=folder,
        pass_fds=keep,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )

    def end() -> None:
        process.kill()
        process.wait()

    return end
