"""How long to keep trying, how often, and the loop that does it."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from winasr_doctor._util import clock
from winasr_doctor.windows.errors import classify

T = TypeVar("T")

log = logging.getLogger("winasr_doctor.cleanup")

RetryIf = Callable[[Exception], bool]
"""Returns whether an operation that failed with this error is worth another attempt."""

OnRetry = Callable[[Exception, float], None]
"""Called with the error and the seconds until the next attempt; its own exceptions are logged."""

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

    def call(
        self,
        operation: Callable[[], T],
        *,
        retry_if: RetryIf | None = None,
        on_retry: OnRetry | None = None,
    ) -> T:
        """Call a file operation until no passing lock is in its way.

        It waits in the calling thread. Close your own handles first: a file that this process
        has open stays locked, however long you wait.

        Args:
            operation: Takes no arguments, such as `lambda: os.replace(new, old)`. It must be
                safe to repeat after it has failed.
            retry_if: Replaces the test whether an error may pass. By default that is an
                `OSError` whose `winerror` or `errno` says so in the table that `rmtree` uses
                (see the reference of Windows errors), "access denied" for half a second.
            on_retry: Called after each failure that will be retried, before the wait.

        Returns:
            What the operation returned.

        Raises:
            Exception: The operation's own last error, as it is: one that does not pass, or one
                that was still there when `total` was over.
        """
        time = clock.current()
        started = time.monotonic()
        while True:
            try:
                return operation()
            except Exception as error:
                delay = self._delay_after(error, time.monotonic() - started, retry_if)
                if delay is None:
                    raise
                if on_retry is not None:
                    _tell(on_retry, error, delay)
            # Here the error is gone, and with its traceback what that may have kept open.
            time.sleep(delay)

    def _delay_after(
        self, error: Exception, elapsed: float, retry_if: RetryIf | None
    ) -> float | None:
        again = _may_pass(error, elapsed) if retry_if is None else retry_if(error)
        return self.delay(elapsed) if again else None


def _may_pass(error: Exception, elapsed: float) -> bool:
    return isinstance(error, OSError) and classify(error).may_pass(elapsed)


def _tell(on_retry: OnRetry, error: Exception, delay: float) -> None:
    try:
        on_retry(error, delay)
    except Exception:
        log.exception("on_retry failed")


ONCE = RetryPolicy(total=0.0)
"""One attempt, no waiting."""
