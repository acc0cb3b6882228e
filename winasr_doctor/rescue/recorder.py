"""Turns attempts to remove NeMo's temporary folders into events, as they happen."""

from __future__ import annotations

import os
import sys
import threading
from collections import Counter
from collections.abc import Callable
from types import FrameType

from winasr_doctor.cleanup.report import Attempt, Failure
from winasr_doctor.faults.injector import Injector
from winasr_doctor.nemo_guard.session import GuardSession
from winasr_doctor.private_names import GETFRAME
from winasr_doctor.rescue.events import Cleaned, EventLog, Injected, Unguarded
from winasr_doctor.rescue.folders import nemo_frame, phase_of

_getframe: Callable[[int], FrameType] = GETFRAME.get()


class Recorder:
    """Writes what the guard does in this process."""

    def __init__(self, log: EventLog) -> None:
        """Get ready.

        Args:
            log: Where to write.
        """
        self.session: GuardSession | None = None
        self.injector: Injector | None = None
        self._log = log
        self._told: set[str] = set()
        self._first: dict[str, Failure] = {}
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()

    def start_anew(self) -> None:
        """Forget, in a forked child, what its parent tells."""
        self._lock = threading.Lock()
        self._first, self._counts = {}, {}
        if self.injector is not None:
            self.injector.injections.clear()

    def attempt(self, attempt: Attempt) -> None:
        """Note an attempt, in the thread that deletes, inside NeMo's `with` statement."""
        failed = next(iter(attempt.failures), None)
        with self._lock:
            known = self._first.get(attempt.path)
            if failed is not None and (known is None or failed.holding is not None):
                self._first[attempt.path] = failed
            if attempt.next_delay is not None:
                return
            first = self._first.pop(attempt.path, None)
        frame = nemo_frame(_getframe(1))  # whose folder it is
        self._log.write(
            Cleaned(
                attempt.path,
                phase_of(frame),
                attempt.number,
                attempt.elapsed,
                gone=not attempt.failures,
                file=first.path if first else None,
                label=first.label if first else "",
                holder=_holders(first),
                error=_error_on_its_way(frame),
            )
        )
        self.flush()

    def flush(self) -> None:
        """Write what has come up since the last time: injected faults, and what is unguarded."""
        if self.injector is not None:
            counts = dict(Counter(str(each.fault) for each in list(self.injector.injections)))
            if counts != self._counts:
                self._counts = counts
                self._log.write(Injected(os.getpid(), counts))
        for sentence in self.session.problems if self.session else ():
            if sentence not in self._told:
                self._told.add(sentence)
                self._log.write(Unguarded(sentence))


def _holders(failure: Failure | None) -> str:
    holding = failure.holding if failure else None
    return "; ".join(map(str, holding.holders)) if holding else ""


def _error_on_its_way(frame: FrameType | None) -> str:
    """Return the class of the exception that leaves NeMo's `with` statement, if one does.

    An exception that the app is handling meanwhile has not passed NeMo's frame.
    """
    error = sys.exc_info()[1]
    if error is None or isinstance(error, GeneratorExit):
        return ""
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame is frame:
            return type(error).__name__
        trace = trace.tb_next
    return ""
