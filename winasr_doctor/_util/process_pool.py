"""Runs a function over many items in several processes, and outlives the death of any.

The system may end a process that takes too much memory, and `concurrent.futures` then gives up all
that is left. Here the end of a process costs time, and at most the item that ends two of them.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

    _Function = Callable[[list[_Item]], list[_Result]]
    _Lost = Callable[[_Item], _Result]
    _Results = Future[list[_Result]]
    _Begun = tuple[list[_Item], _Results[_Result]]

PATIENCE = 60.0
"""Seconds to wait for a chunk that this process can do itself. Only a process that something keeps
from starting, such as a security program, takes as long."""

_MOST = 61
"""Processes of a pool on Windows. Source: docs.python.org, `ProcessPoolExecutor`."""


def cores() -> int:
    """Return the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def helpers_for(size: int, per_process: int) -> int:
    """Return how many other processes pay: at most one for each core besides this one's.

    Args:
        size: How much there is to do, in any unit.
        per_process: How much a process must have to do to be worth its start.
    """
    if not sys.executable or getattr(sys, "frozen", False):
        return 0
    return min(cores() - 1, size // per_process)


def map_in_processes(
    function: _Function[_Item, _Result],
    items: Iterable[_Item],
    *,
    processes: int,
    chunk: int,
    lost: _Lost[_Item, _Result] | None = None,
) -> Iterator[_Result]:
    """Start other processes that work on the items, and return the results in their order.

    Without `lost`, this process works too as soon as it needs the results, and does what another
    one fails to do. The others do not wait for this one, and end when nothing is left.

    Args:
        function: A function of a module, which takes a chunk of the items.
        items: What to work on; they and the results can be pickled.
        processes: The number of other processes; with 0, this one works alone.
        chunk: The number of items that a process gets at a time.
        lost: For work that could end this process, which then does none of it and reads at most two
            chunks for each process ahead of the results. Makes the result for an item whose process
            ends a second time, while it works on that item alone.
    """
    items = iter(items)
    chunks = iter(lambda: list(islice(items, chunk)), [])
    if processes <= 0:
        return chain.from_iterable(map(function, chunks))
    work = _Work(function, chunks, processes, lost)
    for _ in range(2 * processes):
        work.hand_out()
    return work.results()


class _Work(Generic[_Item, _Result]):
    """Chunks that nobody has yet, and the others in the order of the items.

    Cancelling a `Future` to do its chunk here would be simpler, but if a process then ends, the
    thread of the pool fails with InvalidStateError and the other results never come (seen with
    Python 3.11.7).
    """

    def __init__(
        self,
        function: _Function[_Item, _Result],
        chunks: Iterator[list[_Item]],
        processes: int,
        lost: _Lost[_Item, _Result] | None,
    ) -> None:
        self._function = function
        self._chunks = chunks
        self._processes = processes
        self._lost = lost
        self._pool: ProcessPoolExecutor | None = None
        self._begun: deque[_Begun[_Item, _Result]] = deque()
        self._lock = Lock()

    def hand_out(self, done: _Results[_Result] | None = None) -> None:
        """Give the next chunk to a process, unless one has just failed."""
        if done is not None and (done.cancelled() or done.exception() is not None):
            return  # the pool may be locked, and nothing will come of it
        begun = self._take(self._submit)
        if self._lost is not None:
            return
        if begun is not None:
            begun[1].add_done_callback(self.hand_out)
        elif self._pool is not None:
            self._pool.shutdown(wait=False)

    def results(self) -> Iterator[_Result]:
        try:
            while begun := self._first():
                if self._lost is None:
                    found = _result(begun[1])
                    yield from self._function(begun[0]) if found is None else found
                else:
                    self.hand_out()
                    yield from self._result_or_lost(begun, self._lost)
        finally:
            self._stop()

    def _take(
        self, begin: Callable[[list[_Item]], _Results[_Result]]
    ) -> _Begun[_Item, _Result] | None:
        with self._lock:
            items = next(self._chunks, None)
            if items is None:
                return None
            self._begun.append((items, begin(items)))
            return self._begun[-1]

    def _first(self) -> _Begun[_Item, _Result] | None:
        """Return the first chunk; while other processes work on it, do some of the next ones."""
        from concurrent.futures import Future

        while self._lost is None and not (self._begun and self._begun[0][1].done()):
            own = self._take(lambda _items: Future())
            if own is None:
                break
            own[1].set_result(self._function(own[0]))
        return self._begun.popleft() if self._begun else None

    def _submit(self, items: list[_Item]) -> _Results[_Result]:
        from concurrent.futures import Future

        try:
            self._pool = self._pool or _new_pool(self._processes)
            return self._pool.submit(self._function, items)
        except (OSError, RuntimeError) as error:  # none can start, one has ended, or Python ends
            failed: _Results[_Result] = Future()
            failed.set_exception(error)
            return failed

    def _result_or_lost(
        self, begun: _Begun[_Item, _Result], lost: _Lost[_Item, _Result]
    ) -> Iterator[_Result]:
        from concurrent.futures import BrokenExecutor

        try:
            yield from begun[1].result()
        except BrokenExecutor:
            self._start_again(1)
            for item in begun[0]:
                try:
                    yield from self._submit([item]).result()
                except BrokenExecutor:
                    yield lost(item)
                    self._start_again(1)
            self._start_again(self._processes)
            self._begun = deque((later, self._submit(later)) for later, _ in self._begun)

    def _start_again(self, processes: int) -> None:
        self._stop()
        self._pool = _new_pool(processes)

    def _stop(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


def _result(future: _Results[_Result]) -> list[_Result] | None:
    """Return what a process found; `None` if it failed or ended, so that this one tries itself."""
    from multiprocessing import active_children

    try:
        return future.result(PATIENCE)
    except Exception:  # noqa: BLE001 - the same work fails here in the same way, or works
        if not future.done():  # nothing may wait for such a process, not even this one's end
            for child in active_children():
                child.kill()
        return None


def _new_pool(processes: int) -> ProcessPoolExecutor:
    # lazy: little work needs no pool
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    return ProcessPoolExecutor(min(processes, _MOST), get_context("spawn"), _follow)


def _follow() -> None:
    """End with the process that started this one, and silently on Ctrl+C."""
    import signal
    from multiprocessing import parent_process
    from threading import Thread

    def end_with_parent() -> None:
        if (parent := parent_process()) is not None:
            parent.join()
            signal.raise_signal(signal.SIGTERM)

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    Thread(target=end_with_parent, daemon=True).start()
