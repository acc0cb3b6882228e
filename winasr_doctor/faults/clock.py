"""A virtual clock: its time passes only in `sleep`."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class VirtualClock:
    """A `winasr_doctor._util.clock.Clock` for tests: ten seconds of retries take no time.

    Attributes:
        virtual: Always true.
        sleeps: Every wait so far, in seconds, of all threads.
    """

    virtual = True

    def __init__(self, start: float = 0.0) -> None:
        """Set the clock.

        Args:
            start: The first value that `monotonic` returns, in seconds.
        """
        self._now = start
        self._lock = threading.Lock()
        self.sleeps: list[float] = []

    def monotonic(self) -> float:
        """Return the start plus the seconds that have passed."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let time pass at once, and record it as a wait.

        Args:
            seconds: The time in seconds.

        Raises:
            ValueError: It is negative, as for `time.sleep`.
        """
        self.advance(seconds)
        self.sleeps.append(seconds)

    def advance(self, seconds: float) -> None:
        """Let time pass without recording a wait.

        Args:
            seconds: The time in seconds.

        Raises:
            ValueError: It is negative.
        """
        if seconds < 0:
            raise ValueError("time cannot go back")
        with self._lock:
            self._now += seconds

    @contextmanager
    def replacing_time(self) -> Iterator[None]:
        """Let `time.sleep`, `time.monotonic` and `time.perf_counter` use this clock too.

        This is for code that does not wait through `winasr_doctor._util.clock` and that looks the
        functions up in the `time` module. It applies to all threads until the block ends: code that
        waits for something real in the meantime polls without a pause.
        """
        ours = {"sleep": self.sleep, "monotonic": self.monotonic, "perf_counter": self.monotonic}
        before = {name: getattr(time, name) for name in ours}
        for name, function in ours.items():
            setattr(time, name, function)
        try:
            yield
        finally:
            for name, function in before.items():
                setattr(time, name, function)
