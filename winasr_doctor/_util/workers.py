"""Runs work in daemon threads, each with a time limit.

Reading from a dead network drive may hang for minutes. `concurrent.futures` joins its threads when
Python exits, so one hung drive would keep the doctor from ending; a daemon thread does not.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")
S = TypeVar("S")

_SLICE = 0.25
"""Seconds of one wait. On Windows a wait for a lock cannot be interrupted, so Ctrl+C is only
heeded between two of them."""


class TooLateError(Exception):
    """The work did not end within its time limit."""


class DeadlineTask(Generic[T]):
    """One piece of work in a daemon thread.

    Its outcome never changes once someone has seen it: if a caller has been told that the work is
    late, it stays late even if it ends afterwards.
    """

    def __init__(self, work: Callable[[], T], limit: float, name: str = "task") -> None:
        """Start the work.

        Args:
            work: The function to run.
            limit: Time limit in seconds from now.
            name: The thread's name.
        """
        self.started = monotonic()
        self._deadline = self.started + limit
        self._settled = threading.Event()
        self._lock = threading.Lock()
        self._values: list[T] = []
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, args=(work,), name=name, daemon=True)
        try:
            self._thread.start()
        except RuntimeError as error:  # the system has no thread left
            self._settle(error=error)

    def finished_within(self, seconds: float) -> bool:
        """Wait, but not past the time limit, and return whether the work has ended."""
        until = min(monotonic() + seconds, self._deadline)
        while not self._settled.is_set() and (left := until - monotonic()) > 0:
            self._settled.wait(min(left, _SLICE))
        return self._settled.is_set()

    def result(self) -> T:
        """Wait for the work and return what it returned.

        The thread has ended as well then: a daemon thread that is just ending can crash Python
        while that exits (CPython issue 110052).

        Raises:
            TooLateError: It did not end within its time limit.
            Exception: Whatever the work raised.
        """
        if not self.finished_within(self._deadline - monotonic()):
            self._settle(error=TooLateError())
        if self._thread.is_alive() and not isinstance(self._error, TooLateError):
            self._thread.join(_SLICE)
        if self._error is not None:
            raise self._error
        return self._values[0]

    def _run(self, work: Callable[[], T]) -> None:
        try:
            value = work()
        except Exception as error:  # noqa: BLE001 - handed on to whoever asks
            self._settle(error=error)
        except BaseException as error:  # noqa: BLE001 - must not end the thread that asks
            self._settle(error=RuntimeError(f"{type(error).__name__}: {error}"))
        else:
            self._settle(value)

    def _settle(self, *values: T, error: Exception | None = None) -> None:
        with self._lock:
            if not self._settled.is_set():
                self._values.extend(values)
                self._error = error
                self._settled.set()


def side_by_side(work: Callable[[S], T], items: Iterable[S], limit: float) -> list[T | None]:
    """Apply one function to many items in parallel.

    Args:
        work: The function to apply to each item.
        items: The items.
        limit: Time limit for each, in seconds.

    Returns:
        The results in the order of the items; `None` for an item that took too long or failed, so
        that one dead drive does not hide the others.
    """

    def bound(item: S) -> Callable[[], T]:
        return lambda: work(item)

    tasks = [DeadlineTask(bound(item), limit) for item in items]
    results: list[T | None] = []
    for task in tasks:
        try:
            results.append(task.result())
        except Exception:  # noqa: BLE001 - TooLateError or the work's own
            results.append(None)
    return results


class Budget:
    """A limit on the time and the steps of a walk through folders that may be huge."""

    def __init__(self, seconds: float, steps: int) -> None:
        """Start the clock.

        Args:
            seconds: How long the walk may take.
            steps: How many entries it may look at.
        """
        self._deadline = monotonic() + seconds
        self._steps = steps
        self.exceeded = False
        """Whether the walk was cut short."""

    def spend(self, steps: int = 1) -> bool:
        """Use up some steps and return whether the budget still allowed them."""
        self._steps -= steps
        if self._steps < 0 or monotonic() > self._deadline:
            self.exceeded = True
        return not self.exceeded
