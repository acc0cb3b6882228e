"""A world in real time on Windows Python: the same locks, by real handles of real processes.

Another program is a helper process that opens what it is told to; a lock that ends does so by a
timer. Nothing is emulated.
"""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from survival.handles import Handles
from survival.processes import process
from survival.schedules import FOREVER, Holder, How, Lock, Schedule
from winasr_doctor.locks import identity
from winasr_doctor.windows.win32 import wine_version

_HOLDING = """
import mmap, os, sys
how, path = sys.argv[1:]
if how == "folder":
    sys.path.insert(0, os.environ["SURVIVAL"])
    from survival.folders import opened_folder
    held = opened_folder(path)
elif how == "current directory":
    os.chdir(path)
else:
    held = open(path, "rb")
    if how == "mapped":
        held = mmap.mmap(held.fileno(), 0, access=mmap.ACCESS_READ)
print("ready", flush=True)
sys.stdin.read()
"""

_HOW = {
    How.FILE: "file",
    How.READ_ONLY: "file",
    How.MAPPED: "mapped",
    How.FOLDER: "folder",
    How.CURRENT_DIRECTORY: "current directory",
}


class RealWorld:
    """Where one contestant meets one schedule, for real.

    Attributes:
        chmods_through_links: Always 0: there are no links here.
    """

    loading = 0.0
    chmods_through_links = 0

    def __init__(self, schedule: Schedule) -> None:
        """Get ready.

        Args:
            schedule: What is to happen.
        """
        self._schedule = schedule
        self._handles = Handles()
        self._timers: list[threading.Timer] = []
        self._others: list[Callable[[], None]] = []
        self._folders = 0
        self._setting_up = 0.0

    def now(self) -> float:
        """Return the seconds that have passed, without those that locks took to begin."""
        return time.perf_counter() - self._setting_up

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """End all locks when the block ends."""
        with _creation_times():
            try:
                yield
            finally:
                self.release()

    def begin(self, folder: str) -> object:
        """Open what the load itself keeps open; returns what its frame is to keep."""
        return [
            self._handles.object(os.path.join(folder, lock.path), lock.how)
            for lock in self._schedule.locks
            if lock.holder is Holder.OWN_FRAME
        ]

    def work(self) -> None:
        """Take no time."""

    def finish(self, folder: str) -> None:
        """Begin the locks."""
        began = time.perf_counter()
        self._folders += 1
        let_go = []
        for lock in self._schedule.locks:
            path = os.path.join(folder, lock.path) if lock.path else folder
            end = self._begin(lock, path)
            if end is not None and lock.length < FOREVER:
                let_go.append((lock.length, end))
        for lock in self._schedule.locks:
            if lock.how is How.READ_ONLY:
                os.chmod(os.path.join(folder, lock.path), stat.S_IREAD)
        for length, end in let_go:
            timer = threading.Timer(length, end)
            timer.daemon = True
            timer.start()
            self._timers.append(timer)
        self._setting_up += time.perf_counter() - began

    def _begin(self, lock: Lock, path: str) -> Callable[[], None] | None:
        if lock.holder is Holder.OTHER:
            if self._folders > 1 and not self._schedule.comes_back:
                return None
            end = _once(process(["-c", _HOLDING, _HOW[lock.how], path]))
            self._others.append(end)
            return end
        if lock.holder is Holder.OWN:
            return self._handles.raw(path, lock.how)
        if lock.holder is Holder.CHILD:
            return self._handles.in_child(path, lock.how)
        return None  # OWN_FRAME: held until the call is over; NOBODY: an attribute only

    def release(self) -> None:
        """End all locks."""
        for timer in self._timers:
            timer.cancel()
            timer.join()
        self._timers.clear()
        while self._others:
            self._others.pop()()
        self._handles.release()


@contextmanager
def _creation_times() -> Iterator[None]:
    """Under Wine, have none: it gives the time of the last change for that of creation.

    So a folder would not be the one that was left behind any more, once a file in it is removed.
    """
    if wine_version() is None:
        yield
        return
    before = identity._born  # noqa: SLF001 - Wine's fault, not one to make an option for
    identity._born = lambda *_: 0  # noqa: SLF001
    try:
        yield
    finally:
        identity._born = before  # noqa: SLF001


def _once(action: Callable[[], None]) -> Callable[[], None]:
    lock, left = threading.Lock(), [action]

    def act() -> None:
        with lock:
            if left:
                left.pop()()

    return act
