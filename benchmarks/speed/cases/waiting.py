"""How soon a deletion ends after the lock is gone, in real time."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pyperf

from speed.case import Case, Cost, Own, Promise, cpu_seconds
from speed.cases.deleting import LOCKED
from winasr_doctor.faults.removal import go_by_path

HELD = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
LONG = 0.5
"""Seconds held from which on ten pairs are enough."""
PAUSE = 0.25
"""Seconds between the attempts of a plain loop."""


def one_file(folder: Path) -> str:
    """Write a folder with a file that is going to be locked."""
    root = folder / "tree"
    root.mkdir()
    (root / LOCKED).touch()
    return str(root)


def remaining(remove: Callable[[str], object], held: float) -> Callable[[str], Cost]:
    """Return what measures the time from a lock's release to the end of the deletion."""

    def measure(root: str) -> Cost:
        released = threading.Event()
        at: list[float] = []
        unlink, undo = os.unlink, go_by_path()

        def windows_unlink(path: str, **options: int | None) -> None:
            if LOCKED in path and not released.is_set():
                error = PermissionError(13, "in use", path)
                error.winerror = 32
                raise error
            unlink(path, **options)

        def release() -> None:
            at.append(pyperf.perf_counter())
            released.set()

        timer = threading.Timer(held, release)
        os.unlink = windows_unlink
        try:
            cpu = cpu_seconds()
            timer.start()
            remove(root)
            ended = pyperf.perf_counter()
            timer.join()
        finally:
            os.unlink = unlink
            undo()
        assert not os.path.lexists(root)  # noqa: S101
        return Cost(ended - at[0], cpu_seconds() - cpu)

    return measure


def plain_loop(root: str) -> None:
    """Try, and try again a quarter of a second later."""
    while True:
        try:
            shutil.rmtree(root)
        except PermissionError:
            time.sleep(PAUSE)
        else:
            return


def ours(root: str) -> None:
    """Remove the tree."""
    from winasr_doctor import RetryPolicy, rmtree

    rmtree(root, RetryPolicy(total=10))


def _held(seconds: float) -> Case:
    limit = max(0.010, 0.15 * seconds)
    return Case(
        name=f"wait-{seconds * 1000:.0f}ms",
        group="rmtree: the wait after a lock's release",
        title=f"one file, held for {seconds * 1000:.0f} ms",
        theirs=Own("a try every 250 ms", remaining(plain_loop, seconds)),
        ours=Own("rmtree", remaining(ours, seconds)),
        prepare=one_file,
        pairs=20 if seconds < LONG else 10,
        processes=1,
        promises=(Promise("p95", limit, "wall"),),
    )


CASES = tuple(map(_held, HELD))
