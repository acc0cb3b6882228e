"""Defines how long and how often to retry."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

LONGEST_TOTAL = 10.0
"""Maximum seconds that a policy may wait in total; a longer lock is not temporary."""

_SHORTEST = 1e-6
"""Seconds; a clock that is asked to wait for less may not advance."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Exponential backoff, paced by the time already waited.

    A delay is a fraction of the time since the first attempt, so little time is wasted after a lock
    is gone: at most that fraction of the time it was held.

    Attributes:
        total: Seconds after which no further attempt is made, 0 to 10; 0 means one attempt.
        first: Seconds of the shortest delay.
        growth: The next delay, as a fraction of the time since the first attempt.
        longest: Seconds of the longest delay.
        jitter: The fraction by which a delay may be shortened at random, so that several processes
            do not retry in step.

    Raises:
        ValueError: A value is out of range.
    """

    total: float = 3.0
    first: float = 0.010
    growth: float = 0.1
    longest: float = 0.250
    jitter: float = 0.5
    _random: random.Random = field(
        default_factory=random.Random, repr=False, compare=False, hash=False
    )

    def __post_init__(self) -> None:
        if not 0 <= self.total <= LONGEST_TOTAL:
            raise ValueError(f"total must be 0 to {LONGEST_TOTAL:g} seconds, not {self.total:g}")
        if not 0 < self.first <= self.longest:
            raise ValueError("first must be above 0 and not above longest")
        if self.growth < 0 or not 0 <= self.jitter < 1:
            raise ValueError("growth must not be negative, jitter must be 0 to below 1")

    def delay(self, elapsed: float) -> float | None:
        """Return how long to wait before the next attempt.

        Args:
            elapsed: Seconds since the first attempt.

        Returns:
            Seconds, ending at `total` at the latest; `None` when time is up.
        """
        if self.is_over(elapsed):
            return None
        paced = min(max(self.first, self.growth * elapsed), self.longest)
        return min(paced * (1 - self.jitter * self._random.random()), self.total - elapsed)

    def is_over(self, elapsed: float) -> bool:
        """Return whether time is up.

        Args:
            elapsed: Seconds since the first attempt.
        """
        return self.total - elapsed < _SHORTEST


ONCE = RetryPolicy(total=0.0)
"""One attempt, no waiting."""
