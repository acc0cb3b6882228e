"""What the resilient `rmtree` costs, beside `shutil.rmtree`, and how soon it ends after a lock.

    python benchmarks/rmtree.py

prints, in one run: the time that both take for 10,000 files in 100 folders without any fault (in
turn, medians); and, for locks held by a real thread from 5 ms to 2 s, the 95th percentile of the
wait that remains after the lock is released.
"""

from __future__ import annotations

import logging
import os
import platform
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from winasr_doctor import RetryPolicy, rmtree

FOLDERS, FILES = 100, 100
REPEATS = 15
HELD = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
LOCKS = 20
"""How many locks of each length."""


def make_tree(root: Path) -> None:
    """Write the files."""
    for number in range(FOLDERS):
        folder = root / f"folder{number}"
        folder.mkdir(parents=True)
        for index in range(FILES):
            (folder / f"file{index}").touch()


def seconds(remove: Callable[[str], object], scratch: Path) -> tuple[float, float]:
    """Return the wall and the CPU time of removing a new tree."""
    root = scratch / "tree"
    make_tree(root)
    start, cpu = time.perf_counter(), time.process_time()
    remove(str(root))
    took = time.perf_counter() - start, time.process_time() - cpu
    assert not root.exists()  # noqa: S101 - or there is nothing to compare
    return took


def compare(scratch: Path) -> None:
    """Print both sides without faults."""
    both: dict[str, list[tuple[float, float]]] = {"shutil": [], "ours": []}
    sides = [("shutil", shutil.rmtree), ("ours", rmtree)]
    for _, remove in sides:  # the first of each warms the file system up
        seconds(remove, scratch)
    for _ in range(REPEATS):
        random.shuffle(sides)
        for name, remove in sides:
            both[name].append(seconds(remove, scratch))
    print(f"{FOLDERS * FILES} files in {FOLDERS} folders, {REPEATS} runs each, medians")
    for which, name in enumerate(("wall", "CPU")):
        plain = [took[which] * 1000 for took in both["shutil"]]
        ours = [took[which] * 1000 for took in both["ours"]]
        ratio = statistics.median(ours) / statistics.median(plain)
        print(
            f"  {name:<4}  shutil.rmtree {statistics.median(plain):7.1f} ms"
            f"   winasr_doctor.rmtree {statistics.median(ours):7.1f} ms"
            f"   ratio {ratio:.3f} (at most 1.05)"
        )


class Locked:
    """Files that a thread holds for a while: their deletion fails with WinError 32."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self._unlink = os.unlink
        self.until: dict[str, threading.Event] = {}

    def unlink(self, path: str, **options: int | None) -> None:
        """Delete a file, or fail as Windows does while it is held."""
        released = self.until.get(Path(path).name)
        if released is not None and not released.is_set():
            error = PermissionError(13, "in use", path)
            error.winerror = 32
            raise error
        self._unlink(path, **options)


def remaining_wait(locked: Locked, scratch: Path, held: float, number: int) -> float:
    """Return the seconds between a lock's release and the end of the deletion."""
    name = f"held{held}-{number}"
    folder = scratch / f"folder {name}"
    folder.mkdir()
    (folder / name).touch()
    released = locked.until[name] = threading.Event()
    at = 0.0

    def release() -> None:
        nonlocal at
        at = time.perf_counter()
        released.set()

    timer = threading.Timer(held, release)
    timer.start()
    report = rmtree(folder, RetryPolicy(total=10))
    ended = time.perf_counter()
    timer.join()
    assert report.gone  # noqa: S101
    return ended - at


def percentile95(values: list[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def waits(scratch: Path) -> None:
    """Print how much longer than the lock a deletion takes."""
    locked = Locked()
    os.unlink = locked.unlink
    shutil._use_fd_functions = False  # noqa: SLF001 - the code that Windows runs
    try:
        print(f"wait after a lock's release, {LOCKS} locks each, 95th percentile")
        for held in HELD:
            found = [remaining_wait(locked, scratch, held, number) for number in range(LOCKS)]
            allowed = max(0.010, 0.15 * held)
            p95 = percentile95(found)
            print(
                f"  held {held * 1000:5.0f} ms: {p95 * 1000:6.1f} ms"
                f"   (at most {allowed * 1000:.1f}){'' if p95 <= allowed else '   TOO LONG'}"
            )
    finally:
        os.unlink = locked._unlink  # noqa: SLF001


def main() -> None:
    """Measure and print both sides."""
    logging.getLogger("winasr_doctor").setLevel(logging.ERROR)
    print(f"Python {platform.python_version()} on {sys.platform}")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["WINASR_DOCTOR_STATE"] = folder
        compare(Path(folder))
        waits(Path(folder))


if __name__ == "__main__":
    main()
