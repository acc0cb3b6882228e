"""Measures whether the processes of an app do anything: output, CPU, reading, new processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple, TypeVar, cast

import psutil

T = TypeVar("T")

_IDLE_SHARE = 0.005
"""CPU use, as a share of one CPU, that does not count as progress: an idle server wakes up ten
times a second."""

_LEAST_CPU = 0.03
"""Seconds of CPU time that do not count as progress: Linux counts them in steps of 0.01 s."""

_IDLE_BYTES = 1 << 16
"""Bytes read that do not count as progress: a loop may look into a small file again and again."""

GONE = (psutil.Error, OSError)
"""What psutil raises for a process that has ended or is somebody else's; Wine adds `OSError`."""


class Activity(NamedTuple):
    """What the processes of an app have done since they were started.

    Attributes:
        processes: Number and start of each.
        cpu: Seconds of CPU time.
        read: Bytes read.
        written: Bytes written, to anything: files, pipes, a terminal.
    """

    processes: frozenset[tuple[int, float]]
    cpu: float
    read: int
    written: int


class ProcessTree:
    """An app's process, and those that it or they have started.

    Args:
        pid: The number of the app's process.
    """

    def __init__(self, pid: int) -> None:
        self._root = psutil.Process(pid)
        self._known: dict[int, psutil.Process] = {}

    def processes(self) -> list[psutil.Process]:
        """Return the processes that run, the app's own first; those whose parent has ended, too."""
        found = [self._root, *answer(lambda: self._root.children(recursive=True), [])]
        self._known.update({each.pid: each for each in found})
        self._known = {pid: each for pid, each in self._known.items() if _runs(each)}
        return list(self._known.values())

    def activity(self) -> Activity:
        """Measure what all of them have done."""
        return _total(self.processes())


def thread_activity(pid: int, thread: int) -> Activity:
    """Measure what one thread has done.

    Args:
        pid: The number of its process.
        thread: The system's number of the thread.
    """
    threads = list[Any](answer(lambda: psutil.Process(pid).threads(), []))
    cpu = sum(each.user_time + each.system_time for each in threads if each.id == thread)
    return Activity(frozenset(), cpu, 0, 0)


def answer(question: Callable[[], T], otherwise: Any) -> T:  # noqa: ANN401 - such as an empty list
    """Ask psutil about a process; return a fallback if it has ended or may not be asked."""
    try:
        return question()
    except GONE:
        return cast("T", otherwise)


def _runs(process: psutil.Process) -> bool:
    return answer(lambda: process.is_running() and process.status() != psutil.STATUS_ZOMBIE, False)


def _total(processes: Iterable[psutil.Process]) -> Activity:
    seen: set[tuple[int, float]] = set()
    cpu, read, written = 0.0, 0, 0
    for process in processes:
        seen.add((process.pid, answer(process.create_time, 0.0)))
        cpu += answer(partial(_cpu, process), 0.0)
        read += answer(partial(_bytes, process, "read"), 0)
        written += answer(partial(_bytes, process, "write"), 0)
    return Activity(frozenset(seen), cpu, read, written)


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _bytes(process: psutil.Process, kind: str) -> int:
    """Return the bytes that a process has read or written.

    Linux counts only what reaches a disk in `read_bytes`; what was asked for is in `read_chars`
    (proc(5), `/proc/pid/io`).
    """
    counters = process.io_counters()
    return int(getattr(counters, f"{kind}_chars", getattr(counters, f"{kind}_bytes", 0)))


def can_measure() -> bool:
    """Return whether this system counts what a process reads and writes; macOS does not."""
    return hasattr(psutil.Process, "io_counters")


class Stillness:
    """Tells for how long an app has done nothing.

    Args:
        cpu: Whether CPU time counts as doing something.
    """

    def __init__(self, *, cpu: bool = True) -> None:
        self._cpu = cpu
        self._first: Activity | None = None
        self._since = 0.0

    def seconds(self, latest: Activity, now: float) -> float:
        """Return for how many seconds nothing has moved.

        Args:
            latest: The activity so far.
            now: The time, in seconds.
        """
        if not self._cpu:
            latest = latest._replace(cpu=0.0)
        if self._first is None or _moved(self._first, latest, now - self._since):
            self._first, self._since = latest, now
        return now - self._since

    def forgive(self, latest: Activity) -> None:
        """Go on counting, although something has moved: the answers to our own questions.

        Args:
            latest: The activity so far.
        """
        self._first = latest if self._cpu else latest._replace(cpu=0.0)


def _moved(before: Activity, after: Activity, seconds: float) -> bool:
    return (
        before.processes != after.processes
        or after.written != before.written
        or after.read - before.read > _IDLE_BYTES
        or after.cpu - before.cpu > max(_LEAST_CPU, _IDLE_SHARE * seconds)
    )
