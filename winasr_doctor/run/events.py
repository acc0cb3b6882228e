"""What the app's processes tell the parent: JSON lines, one file per process.

Of one file per process nobody needs a lock, and what a process that was killed has written stays
readable. stdout and stderr belong to the app.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from winasr_doctor._guard.events import Phase


@dataclass(frozen=True, slots=True)
class Started:
    """A process has the guard on."""

    pid: int


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What became of one temporary folder of NeMo's.

    Attributes:
        path: The folder.
        phase: What NeMo was doing.
        attempts: Attempts to remove it.
        seconds: How long they took in all.
        gone: Whether it is removed.
        file: The first path that could not be removed at some attempt; `None` if all went well.
        label: Its error, such as `WinError 32`.
        holder: Who had it open; empty if unknown.
        error: The class of the exception with which NeMo itself failed meanwhile; empty: none.
    """

    path: str
    phase: Phase
    attempts: int
    seconds: float
    gone: bool
    file: str | None = None
    label: str = ""
    holder: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class FaultInjected:
    """How often each fault of the plan has fired in one process, so far."""

    pid: int
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Unguarded:
    """What this NeMo does not let us guard."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Silent:
    """The watchdog has spoken."""

    phase: Phase
    seconds: float


Event = Started | Cleaned | FaultInjected | Unguarded | Silent

_KINDS: dict[str, type[Any]] = {
    kind.__name__: kind for kind in (Started, Cleaned, FaultInjected, Unguarded, Silent)
}


class EventLog:
    """Writes this process's events."""

    def __init__(self, folder: str) -> None:
        """Name the folder, which exists."""
        self._folder = folder
        self._lock = threading.RLock()

    def start_anew(self) -> None:
        """Forget, in a forked child, a lock that another thread may have held."""
        self._lock = threading.RLock()

    def write(self, event: Event) -> None:
        """Append an event; one that cannot be written is lost, and the app goes on."""
        line = json.dumps({"event": type(event).__name__, **asdict(event)}) + "\n"
        name = Path(self._folder, f"{os.getpid()}.jsonl")  # a forked child has its own
        # Through descriptors, because faults may be injected into `open`.
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
        with self._lock, suppress(OSError):
            descriptor = os.open(name, flags, 0o600)
            try:
                os.write(descriptor, line.encode())
            finally:
                os.close(descriptor)


def read_events(folder: str) -> Iterator[Event]:
    """Yield what all processes wrote, each one's in order.

    Args:
        folder: That of the `EventLog`s. A line that was cut off is left out.
    """
    for file in sorted(Path(folder).glob("*.jsonl")):
        try:
            lines = file.read_bytes().splitlines()
        except OSError:
            continue
        for line in lines:
            with suppress(ValueError, KeyError, TypeError):
                document = json.loads(line)
                if "phase" in document:
                    document["phase"] = Phase(document["phase"])
                yield _KINDS[document.pop("event")](**document)
