"""Collects who holds a path from several sources, queried at the same time."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from time import monotonic
from typing import NamedTuple

from winasr_doctor.locks.holders.family import ProcessFamily
from winasr_doctor.locks.holders.model import Holder, Who
from winasr_doctor.locks.holders.target import HeldPath

_ORDER = tuple(Who)


class Hold(NamedTuple):
    """One way in which one process holds a path: `Holder`'s fields of the same names."""

    path: str
    what: str
    how: str


class UndeterminedError(Exception):
    """Something could not be determined; the text says what and why, without a full stop."""


class Evidence:
    """What all threads have found so far.

    Args:
        seconds: How long the search may take.
        family: Which processes are our children; by default looked up when first needed.
    """

    def __init__(self, seconds: float, family: ProcessFamily | None = None) -> None:
        self.family = family or ProcessFamily()
        self._deadline = monotonic() + seconds
        self._lock = threading.Lock()
        self._holders: dict[tuple[object, ...], Holder] = {}
        self._undetermined: dict[str, None] = {}

    @property
    def seconds_left(self) -> float:
        """Seconds that the search may still take."""
        return max(0.0, self._deadline - monotonic())

    def found(
        self,
        pid: int,
        path: str,
        what: str,
        how: str,
        *,
        process: str | None = None,
        via: str | None = None,
    ) -> None:
        """Record that a process holds a path; the same hold found in two ways is recorded once.

        Args:
            pid: The process.
            path: What it holds.
            what: How it holds it, such as `open file`.
            how: How we know.
            process: Its program, if the source knows it.
            via: The Python object or the kind of worker; by default looked up for a child.
        """
        if pid == os.getpid():
            who = Who.OURSELVES
        elif self.family.has_child(pid):
            who = Who.CHILD
            via = via or self.family.worker(pid)
        else:
            who = Who.OTHER
        process = process or self.family.name(pid)
        holder = Holder(who, pid, process, path, what, how, via)
        with self._lock:
            self._holders.setdefault((pid, path, what, via), holder)

    def look_into(self, pids: Iterable[int], holds: Callable[[int], Iterator[Hold]]) -> None:
        """Ask other processes how they hold the path, our children first.

        Args:
            pids: The processes; this one is left out.
            holds: Yields how one of them holds it. It raises `UndeterminedError` if this account
                may not look into the process, and `OSError` if the process has ended or belongs to
                the kernel.
        """
        others = [pid for pid in pids if pid != os.getpid()]
        others.sort(key=lambda pid: not self.family.has_child(pid))
        unreadable = 0
        for pid in others:
            if not self.seconds_left:
                return
            try:
                for hold in holds(pid):
                    self.found(pid, *hold)
            except UndeterminedError:
                unreadable += 1
            except OSError:
                continue
        if unreadable:
            subject = "1 process" if unreadable == 1 else f"{unreadable} processes"
            self.cannot_tell(f"{subject} that this account may not inspect")

    def cannot_tell(self, why: str) -> None:
        """Record what could not be determined.

        Args:
            why: One sentence, without the full stop.
        """
        with self._lock:
            self._undetermined.setdefault(why)

    def answer(self) -> tuple[tuple[Holder, ...], tuple[str, ...]]:
        """Return the holders so far, ourselves first, and what could not be determined."""
        with self._lock:
            holders = sorted(
                self._holders.values(), key=lambda h: (_ORDER.index(h.who), h.pid, h.path, h.what)
            )
            return tuple(holders), tuple(self._undetermined)


Source = Callable[[HeldPath, Evidence], None]
"""One source to query: it adds what it finds to the evidence, and may be slow or fail."""
