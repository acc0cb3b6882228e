"""A world in virtual time: Windows' rules on Linux, locks that end while somebody sleeps.

Other programs' locks are a table of who may not delete what until when. Everything else is real:
descriptors that stay open, child processes that inherit them, current directories, memory maps
and read-only files, with the rules of Windows in force (`winasr_doctor.faults.windows_sharing`).
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from survival.handles import Handles
from survival.schedules import Holder, How, Lock, Schedule
from survival.timeline import Timeline
from winasr_doctor._util import clock
from winasr_doctor.faults import SharingEmulator, windows_error
from winasr_doctor.faults.operations import FileName, asking
from winasr_doctor.faults.sharing import Handle

LOADING = 5.0
"""Seconds of virtual time that the load's own work takes."""

BOUND_EARLY = {
    ("pip._internal.utils.retry", "sleep"): "sleep",
    ("pip._internal.utils.retry", "perf_counter"): "monotonic",
}
"""Functions of `time` that a contestant has imported by name, and what of the clock they are."""


_chmod = os.chmod
_through_links = [0]


def chmod_of_windows(path: Any, mode: int, **options: Any) -> None:  # noqa: ANN401
    """Set the read-only attribute and nothing else, and follow no link.

    Source: learn.microsoft.com, SetFileAttributesW, "Symbolic link behavior"; Python's
    documentation of `os.chmod`. There is only one such function, in place of `os.chmod` in all
    trials: fault injection remembers each function that it has ever replaced.
    """
    status = os.lstat(path)
    if stat.S_ISLNK(status.st_mode):
        _through_links[0] += 1
        return
    write = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
    old = stat.S_IMODE(status.st_mode)
    _chmod(path, old | stat.S_IWUSR if mode & stat.S_IWUSR else old & ~write, **options)


class OtherPrograms:
    """Refuses the deletions that locks of other programs forbid; see `operations.Interceptor`."""

    operations = frozenset({"unlink", "rmdir"})

    def __init__(self, time: Timeline) -> None:
        """Hold nothing yet.

        Args:
            time: The clock.
        """
        self._time = time
        self._locks: dict[str, list[tuple[float, float, int]]] = {}

    def lock(self, path: str, start: float, end: float, code: int) -> None:
        """Keep a path from being deleted from one time of the clock to another."""
        self._locks.setdefault(path, []).append((start, end, code))

    def release(self) -> None:
        """End everything."""
        self._locks.clear()

    def refuse(self, operation: str, path: FileName, path2: FileName | None) -> OSError | None:
        """Return the error of the first lock that is in force."""
        del path2
        now = self._time.monotonic()
        for start, end, code in self._locks.get(os.path.abspath(os.fsdecode(path)), ()):
            if start <= now < end:
                if operation == "rmdir" and os.listdir(path):
                    return None  # Windows says first that it is not empty
                return windows_error(code, path)
        return None


class Sharing(SharingEmulator):
    """The rules of Windows, without the search for the objects behind the handles.

    That search is for people; it would take most of the time here.
    """

    def _objects_behind(self, handles: tuple[Handle, ...]) -> dict[str, tuple[str, ...]]:
        del handles
        return {}


class VirtualWorld:
    """Where one contestant meets one schedule.

    Attributes:
        time: The clock.
        chmods_through_links: How often a contestant changed the attributes of a link: on Windows
            the link's own, on Linux and macOS those of what it leads to.
    """

    loading = LOADING

    def __init__(self, schedule: Schedule) -> None:
        """Get ready.

        Args:
            schedule: What is to happen.
        """
        self.time = Timeline()
        self.chmods_through_links = 0
        self._schedule = schedule
        self._others = OtherPrograms(self.time)
        self._handles = Handles()
        self._folders = 0

    def now(self) -> float:
        """Return the seconds that have passed."""
        return self.time.monotonic()

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """Put the rules and the clock in force until the block ends."""
        with ExitStack() as stack:
            stack.enter_context(clock.using(self.time))
            stack.enter_context(self.time.replacing_time())
            stack.enter_context(self._bound_early())
            stack.enter_context(self._chmod_of_windows())
            if self._schedule.needs_handles:
                stack.enter_context(asking(Sharing()))
            stack.enter_context(asking(self._others))
            stack.callback(self.release)
            yield

    def begin(self, folder: str) -> Any:  # noqa: ANN401
        """Open what the load itself keeps open; returns what its frame is to keep."""
        reader = []
        for lock in self._schedule.locks:
            path = os.path.join(folder, lock.path)
            if lock.holder is Holder.OWN_FRAME:
                held = self._handles.object(path, lock.how)
                reader.append(held)
                if lock.length < sys.float_info.max:
                    end = self.now() + self.loading + lock.end
                    self.time.at(end, held.close)
        return reader

    def work(self) -> None:
        """Let the load's work take its time."""
        self.time.advance(self.loading)

    def finish(self, folder: str) -> None:
        """Begin the locks: the load's work is done, its folder is about to be removed."""
        self._folders += 1
        for lock in self._schedule.locks:
            path = os.path.join(folder, lock.path) if lock.path else folder
            if lock.how is How.READ_ONLY:
                os.chmod(path, stat.S_IREAD | stat.S_IRGRP | stat.S_IROTH)
            if lock.holder is Holder.OTHER:
                if self._folders == 1 or self._schedule.comes_back:
                    now = self.now()
                    self._others.lock(path, now + lock.start, now + lock.end, lock.code)
            elif lock.holder in {Holder.OWN, Holder.CHILD}:
                self._hold(lock, path)

    def _hold(self, lock: Lock, path: str) -> None:
        let_go: Callable[[], None] = (
            self._handles.raw(path, lock.how)
            if lock.holder is Holder.OWN
            else self._handles.in_child(path, lock.how)
        )
        if lock.length < sys.float_info.max:
            self.time.at(self.now() + lock.end, let_go)

    def release(self) -> None:
        """End all locks."""
        self._others.release()
        self._handles.release()

    @contextmanager
    def _bound_early(self) -> Iterator[None]:
        before = []
        for (name, attribute), function in BOUND_EARLY.items():
            module = sys.modules.get(name)
            if module is not None:
                before.append((module, attribute, getattr(module, attribute)))
                setattr(module, attribute, getattr(self.time, function))
        try:
            yield
        finally:
            for module, attribute, value in before:
                setattr(module, attribute, value)

    @contextmanager
    def _chmod_of_windows(self) -> Iterator[None]:
        before = _through_links[0]
        os.chmod = chmod_of_windows  # type: ignore[assignment]
        try:
            yield
        finally:
            os.chmod = _chmod
            self.chmods_through_links += _through_links[0] - before
