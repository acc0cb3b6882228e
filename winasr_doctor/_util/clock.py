"""The clock that retries use for waiting; tests replace it with a virtual one.

Everything in this package that waits or measures time uses this module, so a test of a ten-second
budget takes no time and always ends the same way.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Clock(Protocol):
    """A source of time.

    Attributes:
        virtual: Whether its time passes only in `sleep`; if so, nothing works in the background.
    """

    virtual: bool

    def monotonic(self) -> float:
        """Return seconds since an arbitrary start; it never goes back."""

    def sleep(self, seconds: float) -> None:
        """Let this many seconds pass."""


class SystemClock:
    """The real clock."""

    virtual = False

    @staticmethod
    def monotonic() -> float:
        """Return `time.perf_counter()`, the clock of finest resolution on Windows."""
        return time.perf_counter()

    @staticmethod
    def sleep(seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)


_active: Clock = SystemClock()


def current() -> Clock:
    """Return the clock in use."""
    return _active


@contextmanager
def using(clock: Clock) -> Iterator[Clock]:
    """Use another clock in all threads until the block ends."""
    global _active  # noqa: PLW0603 - one clock for the whole process is the point
    before, _active = _active, clock
    try:
        yield clock
    finally:
        _active = before
