"""Reads from an app's events what the guarded framework is working at, and in which thread."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from winasr_doctor._guard.events import Phase
from winasr_doctor.frameworks.guarded import GUARDED
from winasr_doctor.frameworks.names import NAMES
from winasr_doctor.run.events import Cleaned, Opened, parse
from winasr_doctor.run.standstill.stacks import StackFrame, ThreadStack

_PACKAGES = frozenset(framework.package for framework in GUARDED)


class GuardedWork(NamedTuple):
    """What a thread has a temporary folder of the framework for.

    Attributes:
        pid: The number of its process.
        path: The folder.
        phase: What it is for.
        thread: The thread's `ident`.
        native: The system's number of the thread.
    """

    pid: int
    path: str
    phase: Phase
    thread: int
    native: int

    def __str__(self) -> str:
        return f"{NAMES}'s {self.phase.label}"

    def runs_in(self, stack: ThreadStack) -> bool:
        """Return whether a thread is the one that works, and is inside the framework."""
        return stack.ident == self.thread and any(map(_is_of_framework, stack.frames))


def _is_of_framework(frame: StackFrame) -> bool:
    return not _PACKAGES.isdisjoint(frame.file.replace("\\", "/").split("/"))


class OpenWork:
    """The folders that have not been cleaned up yet.

    Args:
        folder: Where the app's processes write their events.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._read: dict[Path, int] = {}
        self._open: dict[tuple[str, str], GuardedWork] = {}

    def now(self) -> tuple[GuardedWork, ...]:
        """Read the events that are new, and return what is open now."""
        for file in Path(self._folder).glob("*.jsonl"):
            with suppress(OSError):
                self._read_on(file)
        return tuple(self._open.values())

    def _read_on(self, file: Path) -> None:
        begin = self._read.get(file, 0)
        with file.open("rb") as stream:
            stream.seek(begin)
            new = stream.read()
        whole = new[: new.rfind(b"\n") + 1]
        self._read[file] = begin + len(whole)
        for line in whole.splitlines():
            self._take(file.stem, line)

    def _take(self, pid: str, line: bytes) -> None:
        event = parse(line)
        if isinstance(event, Opened):
            work = GuardedWork(int(pid), event.path, event.phase, event.thread, event.native)
            self._open[pid, event.path] = work
        elif isinstance(event, Cleaned):
            self._open.pop((pid, event.path), None)
