"""Virtual time in which things happen while somebody sleeps: a lock ends, a process exits."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

from winasr_doctor.faults import VirtualClock


class Timeline(VirtualClock):
    """A virtual clock with events."""

    def __init__(self) -> None:
        """Begin at 0, with nothing to come."""
        super().__init__()
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._number = itertools.count()

    def at(self, when: float, action: Callable[[], None]) -> None:
        """Let something happen at a time; at once if that has come.

        Args:
            when: Seconds of this clock.
            action: What happens.
        """
        if when <= self.monotonic():
            action()
        else:
            heapq.heappush(self._events, (when, next(self._number), action))

    def advance(self, seconds: float) -> None:
        """Let time pass, and what happens meanwhile happen."""
        end = self.monotonic() + seconds
        while self._events and self._events[0][0] <= end:
            when, _, action = heapq.heappop(self._events)
            super().advance(max(0.0, when - self.monotonic()))
            action()
        super().advance(max(0.0, end - self.monotonic()))
