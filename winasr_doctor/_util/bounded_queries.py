"""Asks a question about many items; some may never answer."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Generic, TypeVar

from winasr_doctor._util.workers import DeadlineTask

T = TypeVar("T")
S = TypeVar("S")

_MOST_THREADS = 16


class BoundedQueries(Generic[T, S]):
    """Asks one question about many items in the background, and skips those that hang.

    Windows offers no way to cancel a call that waits for a pipe, so its thread (a daemon) is left
    behind and another one continues. An item whose answer is still pending is not asked about
    again.

    Args:
        ask: The question about one item; it does not raise.
        per_item: Seconds without any answer after which another thread takes over the rest.
        at_once: How many items to ask about at the same time.
    """

    def __init__(self, ask: Callable[[T], S], *, per_item: float = 0.1, at_once: int = 1) -> None:
        self._ask = ask
        self._per_item = per_item
        self._at_once = at_once
        self._hanging: set[T] = set()
        self._lock = threading.Lock()

    def answers(self, items: Iterable[T], *, seconds: float) -> tuple[dict[T, S], int]:
        """Ask about each item.

        Args:
            items: The items.
            seconds: How long this may take in total.

        Returns:
            The answers, and how many items gave none in time.
        """
        deadline = monotonic() + seconds
        with self._lock:
            asked = list(dict.fromkeys(items))
            waiting = deque(item for item in asked if item not in self._hanging)
        expected = len(waiting)
        answered: SimpleQueue[tuple[T, S]] = SimpleQueue()
        found: dict[T, S] = {}
        count = min(self._at_once, expected)
        tasks = [self._start(waiting, answered, seconds) for _ in range(count)]
        while len(found) < expected:
            patience = min(self._per_item, deadline - monotonic())
            try:
                item, answer = answered.get(timeout=max(patience, 0.0))
            except Empty:
                if monotonic() >= deadline or not waiting or len(tasks) >= _MOST_THREADS:
                    break
                tasks.append(self._start(waiting, answered, seconds))
            else:
                found[item] = answer
        waiting.clear()  # threads still working on it find nothing more to do
        for task in tasks if len(found) == expected else ():
            with suppress(Exception):
                task.result()  # see there why no thread is left that is just ending
        return found, len(asked) - len(found)

    def _start(
        self, waiting: deque[T], answered: SimpleQueue[tuple[T, S]], seconds: float
    ) -> DeadlineTask[None]:
        def work() -> None:
            while True:
                try:
                    item = waiting.popleft()
                except IndexError:
                    return
                with self._lock:
                    self._hanging.add(item)
                try:
                    answered.put((item, self._ask(item)))
                finally:
                    with self._lock:
                        self._hanging.discard(item)

        return DeadlineTask(work, seconds, "winasr-query")
