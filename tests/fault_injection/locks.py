"""Locks on files by a schedule: who, which file, from when to when, with which code."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from os import listdir  # bound early: this call is nobody's

from winasr_doctor._util import clock
from winasr_doctor.faults import VirtualClock, windows_error
from winasr_doctor.faults.operations import FileName, asking
from winasr_doctor.windows.errors import CODES, DeleteClass

FOREVER = math.inf


@dataclass(frozen=True)
class Lock:
    """Somebody who keeps a path from being deleted for a while.

    Attributes:
        path: What is locked, relative to the tree; empty for the tree's root.
        start: When it begins, in seconds of the virtual clock.
        end: When it is gone.
        code: The Windows code that a deletion fails with meanwhile.
    """

    path: str
    start: float
    end: float
    code: int

    @property
    def passes(self) -> bool:
        """Whether waiting is right for this code."""
        return CODES[self.code].delete is DeleteClass.TRANSIENT

    @property
    def counted_until(self) -> float:
        """When a deletion stops waiting for this lock at the earliest: its code's grace."""
        grace = CODES[self.code].grace
        return FOREVER if grace is None else grace


class Locked:
    """Refuses the deletions that a schedule of locks forbids."""

    operations = frozenset({"unlink", "rmdir"})

    def __init__(self, root: str, locks: Sequence[Lock]) -> None:
        """Get ready.

        Args:
            root: The tree.
            locks: On what in it; times count from now.
        """
        self._locks: dict[str, list[Lock]] = {}
        for lock in locks:
            path = os.path.join(root, lock.path) if lock.path else root
            self._locks.setdefault(path, []).append(lock)
        self.refusals = 0

    def refuse(self, operation: str, path: FileName, path2: FileName | None) -> OSError | None:
        """Return the error of the first lock that is in force on a path."""
        name = path if isinstance(path, str) else os.fsdecode(path)
        lock = self.in_force(name) if name in self._locks else None
        if lock is None:
            return None
        if operation == "rmdir" and listdir(path):
            return None  # Windows says first that it is not empty
        self.refusals += 1
        return windows_error(lock.code, path)

    def in_force(self, path: str) -> Lock | None:
        """Return the lock that is in force on a path now."""
        locks = self._locks.get(path)
        if locks is None:
            return None
        now = clock.current().monotonic()
        for lock in locks:
            if lock.start <= now < lock.end:
                return lock
        return None


@contextmanager
def locked(root: str, locks: Sequence[Lock]) -> Iterator[tuple[Locked, VirtualClock]]:
    """Put a schedule in force, with a virtual clock that begins at 0."""
    time = VirtualClock()
    table = Locked(root, locks)
    with clock.using(time), asking(table):
        yield table, time
