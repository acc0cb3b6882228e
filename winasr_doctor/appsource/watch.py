"""Tells people how far a long reading has come."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

FIRST = 1.0
"""Seconds after which there is something to tell."""

AGAIN = 5.0
"""Seconds between two lines."""


class SlowReading:
    """Prints a line about a long operation, from its first second on.

    Args:
        tell: Prints a line; `None` for silence.
        what: What is being done, such as `Reading the app`.
        clock: Returns the time in seconds.
    """

    def __init__(
        self,
        tell: Callable[[str], None] | None,
        what: str,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._tell = tell
        self._what = what
        self._clock = clock
        self._next = clock() + FIRST

    def at(self, done: int, count: int) -> None:
        """Say how far it is, if it is time to.

        Args:
            done: The number of files that are done.
            count: The number of all files.
        """
        if self._tell is None or self._clock() < self._next:
            return
        self._next = self._clock() + AGAIN
        self._tell(f"{self._what}: {done:,} of {count:,} files ...")
