"""Runs a function over many items in several processes, and outlives the death of one.

The system may end a process that takes too much memory, and `concurrent.futures` then gives up all
that is left. Here the items of the lost process are tried again one by one, and only the item that
ends a process a second time is lost.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context
from typing import Generic, TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def map_in_processes(
    function: Callable[[list[_Item]], list[_Result]],
    items: Iterable[_Item],
    lost: Callable[[_Item], _Result],
    *,
    processes: int,
    chunk: int,
) -> Iterator[_Result]:
    """Yield a function's results in the order of the items.

    At most two chunks for each process are read ahead of the results.

    Args:
        function: A function of a module, which takes a chunk of the items.
        items: What to work on; they can be pickled.
        lost: Makes the result for an item whose process ended while it worked on that item alone.
        processes: The number of processes.
        chunk: The number of items that a process gets at a time.
    """
    items = iter(items)
    workers = _Workers(function, processes)
    waiting: deque[tuple[list[_Item], Future[list[_Result]]]] = deque()
    try:
        while True:
            while len(waiting) < 2 * processes and (some := list(islice(items, chunk))):
                waiting.append((some, workers.submit(some)))
            if not waiting:
                return
            some, future = waiting.popleft()
            try:
                yield from future.result()
            except BrokenProcessPool:
                yield from _one_by_one(function, some, lost)
                workers.start_again()
                waiting = deque((later, workers.submit(later)) for later, _ in waiting)
    finally:
        workers.stop()


def _one_by_one(
    function: Callable[[list[_Item]], list[_Result]],
    items: list[_Item],
    lost: Callable[[_Item], _Result],
) -> Iterator[_Result]:
    workers = _Workers(function, 1)
    try:
        for item in items:
            try:
                yield from workers.submit([item]).result()
            except BrokenProcessPool:
                yield lost(item)
                workers.start_again()
    finally:
        workers.stop()


class _Workers(Generic[_Item, _Result]):
    """Processes that can be replaced; they are new processes, so that they hold no lock of ours."""

    def __init__(self, function: Callable[[list[_Item]], list[_Result]], processes: int) -> None:
        self._function = function
        self._processes = processes
        self._pool = self._new()

    def _new(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._processes, mp_context=get_context("spawn"))

    def submit(self, items: list[_Item]) -> Future[list[_Result]]:
        try:
            return self._pool.submit(self._function, items)
        except BrokenProcessPool as error:
            broken: Future[list[_Result]] = Future()
            broken.set_exception(error)
            return broken

    def start_again(self) -> None:
        self.stop()
        self._pool = self._new()

    def stop(self) -> None:
        self._pool.shutdown(cancel_futures=True)
