"""Records what happens to NeMo's temporary folders."""

from __future__ import annotations

import os
import threading
from collections import Counter
from typing import TYPE_CHECKING

from winasr_doctor._guard.events import DownloadRescued, FolderClosed, FolderOpened, GuardEvent
from winasr_doctor._guard.session import GuardSession
from winasr_doctor.locks.cleanup_report import CleanupReport, RemovalFailure
from winasr_doctor.run.events import Cleaned, EventLog, FaultInjected, Opened, Unguarded

if TYPE_CHECKING:
    from winasr_doctor.faults.injector import Injector


class Recorder:
    """Records what the guard does in this process.

    Args:
        log: The log to write to.
    """

    def __init__(self, log: EventLog) -> None:
        self.session: GuardSession | None = None
        self.injector: Injector | None = None
        self._log = log
        self._told: set[str] = set()
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()

    def start_anew(self) -> None:
        """In a forked child, forget what the parent records itself."""
        self._lock = threading.Lock()
        self._counts = {}
        if self.injector is not None:
            self.injector.injections.clear()

    def observe(self, event: GuardEvent) -> None:
        """Process an event of the guard, in the thread that works with the folder."""
        if isinstance(event, FolderOpened):
            native = threading.get_native_id()
            self._log.write(Opened(event.path, event.phase, event.thread, native))
        if isinstance(event, DownloadRescued):
            self._log.write(event)
        if not isinstance(event, FolderClosed) or event.report is None:
            return
        self._log.write(_cleaned(event, event.report))
        self.flush()

    def flush(self) -> None:
        """Write the news since the last call: injected faults, and what is unguarded."""
        with self._lock:
            self._flush()

    def _flush(self) -> None:
        if self.injector is not None:
            counts = dict(Counter(str(each.fault) for each in list(self.injector.injections)))
            if counts != self._counts:
                self._counts = counts
                self._log.write(FaultInjected(os.getpid(), counts))
        for sentence in self.session.problems if self.session else ():
            if sentence not in self._told:
                self._told.add(sentence)
                self._log.write(Unguarded(sentence))


def _cleaned(event: FolderClosed, report: CleanupReport) -> Cleaned:
    first, last = _telling_failure(report), report.attempts[-1]
    is_error = event.error is not None and not isinstance(event.error, GeneratorExit)
    return Cleaned(
        report.path,
        event.phase,
        last.number,
        last.elapsed,
        gone=not last.failures,
        file=first.path if first else None,
        label=first.label if first else "",
        holder=_holders(first),
        error=type(event.error).__name__ if is_error else "",
    )


def _telling_failure(report: CleanupReport) -> RemovalFailure | None:
    """Return the first failure of the latest attempt with a known holder, else of the first."""
    firsts = [attempt.failures[0] for attempt in report.attempts if attempt.failures]
    known = [failure for failure in firsts if failure.holding is not None]
    return next(iter([*known[-1:], *firsts]), None)


def _holders(failure: RemovalFailure | None) -> str:
    holding = failure.holding if failure else None
    return "; ".join(map(str, holding.holders)) if holding else ""
