"""Watches an app from its parent, in a thread that measures every few seconds."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from winasr_doctor._util.blocks import Block
from winasr_doctor.run import final_diagnosis
from winasr_doctor.run.standstill.reading import Reading
from winasr_doctor.run.standstill.waits import WaitKind

if TYPE_CHECKING:
    from winasr_doctor.run.standstill.activity import Stillness
    from winasr_doctor.run.standstill.work import GuardedWork

_MEASUREMENTS = 12
"""Per silent period."""

_LONGEST_PAUSE = 5.0
"""Seconds between two measurements."""

_LONGEST_GAP = 2
"""Pauses that may lie between two measurements. More means that the computer slept, or was too busy
to measure: the app could not move either."""

_DEAD_WORKERS = 5
"""So many workers that have died of the same mistake: the next ones will, too."""

_SPAWN = "spawn-workers"
"""The catalogue's entry for an app without `if __name__ == "__main__"`."""

_ASKING_IS_HARMLESS = os.name == "nt"
"""Whether a process that computes may be asked where it is: elsewhere it would get a signal."""

Say = Callable[[Iterable[Block]], None]


class StoodStill(NamedTuple):
    """An app has hung.

    Attributes:
        seconds: For how long, when this was reported.
        reading: What it waited for.
    """

    seconds: float
    reading: Reading


class AwakeClock:
    """Counts the seconds between looks at it, up to so many at a time.

    Args:
        most: Seconds that count between two looks.
    """

    def __init__(self, most: float) -> None:
        self._most = most
        self._latest = time.monotonic()
        self._counted = 0.0

    def now(self) -> float:
        """Return the seconds that have been counted so far."""
        before, self._latest = self._latest, time.monotonic()
        self._counted += min(self._latest - before, self._most)
        return self._counted


class AppWatch:
    """Reports when an app hangs: each explanation once, each kind of rest once.

    Args:
        pid: The number of the app's process.
        folder: Where its processes answer.
        silence: Seconds without progress after which to report.
        say: Called with each report.
    """

    def __init__(self, pid: int, folder: str, silence: float, say: Say) -> None:
        from winasr_doctor.run.standstill.activity import ProcessTree, Stillness
        from winasr_doctor.run.standstill.work import OpenWork

        self.stood: list[StoodStill] = []
        self._tree, self._stillness = ProcessTree(pid), Stillness()
        self._without_output, self._asked_at = Stillness(cpu=False), 0.0
        self._folder, self._silence, self._say = folder, silence, say
        self._told_at = -1.0
        self._work = OpenWork(folder)
        self._still_work: dict[GuardedWork, Stillness] = {}
        self._told_at_work: dict[GuardedWork, float] = {}
        self._told_of_workers = False

    def look(self, now: float) -> None:
        """Measure, and report if it is time.

        Args:
            now: The time, in seconds.
        """
        activity = self._tree.activity()
        seconds = self._stillness.seconds(activity, now)
        without_output = self._without_output.seconds(activity, now)
        began = now - seconds
        self._look_at_workers()
        if seconds >= self._silence and began != self._told_at:
            self._told_at = began
            self._report(seconds, lambda _: True)
        elif seconds < self._silence and not self._look_at_work(now) and _ASKING_IS_HARMLESS:
            self._look_for_endless_names(without_output, now)

    def _look_at_work(self, now: float) -> bool:
        """Report a thread that hangs inside the framework while other threads move."""
        from winasr_doctor.run.standstill.activity import Stillness, thread_activity

        self._still_work = {
            work: self._still_work.get(work) or Stillness() for work in self._work.now()
        }
        self._told_at_work = {
            work: began for work, began in self._told_at_work.items() if work in self._still_work
        }
        for work, still in self._still_work.items():
            seconds = still.seconds(thread_activity(work.pid, work.native), now)
            if seconds >= self._silence and self._told_at_work.get(work) != now - seconds:
                self._told_at_work[work] = now - seconds
                self._report(seconds, lambda reading: reading.in_framework, work)
                return True
        return False

    def _look_for_endless_names(self, seconds: float, now: float) -> None:
        """Report the one loop known to use the CPU forever: Python before 3.13 in `mkdtemp`."""
        if seconds >= self._silence and now - self._asked_at >= self._silence:
            self._asked_at = now
            self._report(seconds, lambda reading: reading.wait is WaitKind.NAME)

    def _report(
        self, seconds: float, worth_it: Callable[[Reading], bool], only: GuardedWork | None = None
    ) -> None:
        from winasr_doctor.run.standstill.collecting import collect
        from winasr_doctor.run.standstill.reading import read
        from winasr_doctor.run.standstill.showing import show

        work = (only,) if only else self._work.now()
        app = collect(self._tree.processes(), self._folder, work)
        for each in (self._stillness, self._without_output):
            each.forgive(self._tree.activity())
        if not app:
            return
        reading = read(app)
        if not worth_it(reading):
            return
        told = {(each.reading.wait, each.reading.sentence) for each in self.stood}
        rests = {each.reading.wait for each in self.stood if each.reading.at_rest}
        if (reading.wait, reading.sentence) in told or (reading.at_rest and reading.wait in rests):
            return
        self.stood.append(StoodStill(seconds, reading))
        self._say(show(app, reading, seconds, str(only or "")))

    def _look_at_workers(self) -> None:
        """Report workers that die one after another: a pool starts new ones forever."""
        if self._told_of_workers or len(final_diagnosis.files(self._folder)) < _DEAD_WORKERS:
            return
        self._told_of_workers = True
        found = final_diagnosis.read(self._folder)
        if found is not None and found.document.get("id") == _SPAWN:
            self._say(found.blocks)


@contextmanager
def watching(pid: int, folder: str, silence: float, say: Say) -> Iterator[list[StoodStill]]:
    """Watch an app until the block ends; yield what was reported.

    Args:
        pid: The number of the app's process.
        folder: Where its processes answer.
        silence: Seconds without progress after which to report; 0 for never.
        say: Called with each report, in another thread.
    """
    reports: list[StoodStill] = []
    over = threading.Event()

    def work() -> None:
        pause = min(_LONGEST_PAUSE, silence / _MEASUREMENTS)
        if over.wait(pause):
            return
        try:
            from winasr_doctor.run.standstill.activity import can_measure

            if not can_measure():
                return
            watch = AppWatch(pid, folder, silence, say)
            watch.stood = reports
            clock = AwakeClock(_LONGEST_GAP * pause)
            while not over.wait(pause):
                watch.look(clock.now())
        except Exception as error:  # noqa: BLE001 - the app goes on without being watched
            if not over.is_set():
                from winasr_doctor._util.blocks import Paragraph

                name = type(error).__name__
                say([Paragraph(f"no longer watched: {name}: {error}", lead="winasr_doctor: ")])

    thread = threading.Thread(target=work, name="winasr-standstill", daemon=True)
    if silence > 0:
        thread.start()
    try:
        yield reports
    finally:
        over.set()
        if silence > 0:
            thread.join(_LONGEST_PAUSE)
