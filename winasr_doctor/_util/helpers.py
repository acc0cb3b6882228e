"""Shares work with other processes, while this one goes on."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


PATIENCE = 60.0
"""Seconds to wait for a chunk of work. Only a process that something keeps from starting, such as a
security program, takes as long."""


def helpers_for(size: int, per_process: int) -> int:
    """Return how many other processes pay: at most one for each core besides this one's.

    Args:
        size: How much there is to do, in any unit.
        per_process: How much a process must have to do to be worth its start.
    """
    if not sys.executable or getattr(sys, "frozen", False):
        return 0
    return min(_cores() - 1, size // per_process)


def _cores() -> int:
    """Return the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def share(
    function: Callable[[list[_Item]], list[_Result]],
    items: Sequence[_Item],
    chunk: int,
    processes: int,
) -> Iterator[_Result]:
    """Let other processes do some work from its end, and do it from its start when it is needed.

    This process also does what was lost with a process that ended. The others end when nothing is
    left.

    Args:
        function: A function of a module, which takes some of the items.
        items: What to work on; they and the results can be pickled.
        chunk: The number of items that a process gets at a time.
        processes: The number of other processes.

    Returns:
        The results in the order of the items.
    """
    chunks = [list(items[start : start + chunk]) for start in range(0, len(items), chunk)]
    work = _Work(function, chunks)
    if processes > 0 and chunks:
        work.begin(processes)
    return work.results()


class _Work(Generic[_Item, _Result]):
    """Chunks of work, taken from both ends.

    Cancelling a `Future` would be simpler, but if a process then ends, the thread of the pool fails
    with InvalidStateError and the other results never come (seen with Python 3.11.7).
    """

    def __init__(
        self, function: Callable[[list[_Item]], list[_Result]], chunks: list[list[_Item]]
    ) -> None:
        self._function = function
        self._chunks = chunks
        self._pool: ProcessPoolExecutor | None = None
        self._lock = Lock()
        self._end = len(chunks)
        """The number of the first chunk that was handed out."""
        self._next = 0
        self._futures: dict[int, Future[list[_Result]]] = {}

    def begin(self, processes: int) -> None:
        """Start the processes; each has one chunk to work on and the next one."""
        with suppress(OSError):  # not a single one can be started
            self._pool = _new_pool(processes)
            for _ in range(2 * processes):
                self.hand_out()

    def hand_out(self, done: Future[list[_Result]] | None = None) -> None:
        """Give the last chunk that nobody has to a process, unless one has just failed."""
        if done is not None and done.exception() is not None:
            return  # the pool may be locked, and nothing will come of it
        assert self._pool is not None  # noqa: S101 - for the type checker
        with self._lock:
            if self._end <= self._next:
                self._pool.shutdown(wait=False)
                return
            try:
                future = self._pool.submit(self._function, self._chunks[self._end - 1])
            except RuntimeError:  # a process has ended, or Python is ending
                return
            self._end -= 1
            self._futures[self._end] = future
        future.add_done_callback(self.hand_out)

    def results(self) -> Iterator[_Result]:
        for number, items in enumerate(self._chunks):
            with self._lock:
                self._next = number + 1
                future = self._futures.pop(number, None)
            found = None if future is None else _result(future)
            yield from self._function(items) if found is None else found


def _result(future: Future[list[_Result]]) -> list[_Result] | None:
    """Return what a process found; `None` if it failed or ended, so that this one tries itself."""
    try:
        return future.result(PATIENCE)
    except Exception:  # noqa: BLE001 - the same work fails here in the same way, or works
        if not future.done():  # nothing may wait for such a process, not even this one's end
            _end_all()
        return None


def _end_all() -> None:
    from multiprocessing import active_children

    for child in active_children():
        child.kill()


def _new_pool(processes: int) -> ProcessPoolExecutor:
    # lazy: little work needs no pool
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    return ProcessPoolExecutor(processes, get_context("spawn"), _follow)


def _follow() -> None:
    """Leave Ctrl+C to the process that started this one, and end with it."""
    import signal
    from threading import Thread

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    import signal
    from multiprocessing import parent_process

    if (parent := parent_process()) is not None:
        parent.join()
        signal.raise_signal(signal.SIGTERM)
