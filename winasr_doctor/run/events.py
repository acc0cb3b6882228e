"""The events that the app's processes report to the parent: JSON lines, one file per process.

With one file per process no lock is needed, and the output of a killed process stays readable.
stdout and stderr belong to the app.
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

from winasr_doctor._guard.events import DownloadOutcome, DownloadRescued, Phase


@dataclass(frozen=True, slots=True)
class Started:
    """A process has started the guard."""

    pid: int


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What happened to one of NeMo's temporary folders.

    Attributes:
        path: The folder.
        phase: What NeMo was doing.
        attempts: Attempts to remove it.
        seconds: How long they took in total.
        gone: Whether it was removed.
        file: The first path that could not be removed in some attempt; `None` if there was none.
        label: Its error, such as `WinError 32`.
        holder: Who had it open; empty if unknown.
        error: The class of the exception with which NeMo itself failed in the meantime; empty if
            none.
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
    """How often each fault of the plan has fired in one process so far."""

    pid: int
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Unguarded:
    """What cannot be guarded in this version of NeMo."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Opened:
    """NeMo has made a temporary folder.

    Attributes:
        path: The folder.
        phase: What NeMo is doing.
        thread: The `ident` of the thread that does it.
        native: The system's number of that thread.
    """

    path: str
    phase: Phase
    thread: int
    native: int


@dataclass(frozen=True, slots=True)
class PutOff:
    """The app has deleted something of its own that is locked; it goes later.

    Attributes:
        path: The file, or the folder of a `TemporaryDirectory`.
        size: Bytes of a file.
        label: The error, such as `WinError 32`.
        holder: Who has it open; empty if unknown.
    """

    path: str
    size: int
    label: str
    holder: str


@dataclass(frozen=True, slots=True)
class Whisper:
    """A process has imported packages that run Whisper, which need no guard."""

    names: tuple[str, ...]


Event = Started | Opened | Cleaned | FaultInjected | Unguarded | PutOff | Whisper | DownloadRescued

_KINDS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        Started,
        Opened,
        Cleaned,
        FaultInjected,
        Unguarded,
        PutOff,
        Whisper,
        DownloadRescued,
    )
}


class EventLog:
    """Writes this process's events."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._lock = threading.RLock()

    def start_anew(self) -> None:
        """In a forked child, forget a lock that another thread may have held."""
        self._lock = threading.RLock()

    def write(self, event: Event) -> None:
        """Append an event; if it cannot be written it is lost, and the app continues."""
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
    """Yield the events of all processes, those of each process in order.

    Args:
        folder: The folder of the `EventLog`s. A truncated line is left out.
    """
    for file in sorted(Path(folder).glob("*.jsonl")):
        try:
            lines = file.read_bytes().splitlines()
        except OSError:
            continue
        yield from filter(None, map(parse, lines))


def parse(line: bytes) -> Event | None:
    """Return the event of a line; `None` if the line is truncated."""
    with suppress(ValueError, KeyError, TypeError):
        document = json.loads(line)
        if "phase" in document:
            document["phase"] = Phase(document["phase"])
        if "outcome" in document:
            document["outcome"] = DownloadOutcome(document["outcome"])
        event: Event = _KINDS[document.pop("event")](**document)
        return event
    return None
