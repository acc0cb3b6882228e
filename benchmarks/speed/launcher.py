"""Runs a command and prints its wall seconds, CPU seconds and peak memory in bytes, as JSON.

A process of its own, with next to nothing imported: Linux counts the memory of the process that
starts a command into the command's peak. Where a command starts processes itself, the peak is that
of their sum, in which pages that two of them share count half for each (Linux; sampled, and only of
commands that run for some time).
"""

from __future__ import annotations

import _thread
import os
import sys
import time

FIRST = 0.3
"""Seconds after which sampling begins: it would disturb a start."""

AGAIN = 0.1
"""Seconds between two samples."""


def main() -> int:
    """Run `sys.argv[1:]`, without its output."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    peaks = [0]
    start = time.perf_counter()
    child = os.posix_spawn(
        sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, nothing, 1)]
    )
    _thread.start_new_thread(sample, (child, peaks))
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - start
    unit = 1 if sys.platform == "darwin" else 1024
    print([wall, usage.ru_utime + usage.ru_stime, max(usage.ru_maxrss * unit, *peaks)])
    return os.waitstatus_to_exitcode(status)


def sample(process: int, peaks: list[int]) -> None:
    """Note how much memory a process and its descendants have."""
    time.sleep(FIRST)
    while os.path.exists(f"/proc/{process}"):
        peaks[:] = [max(*peaks, memory(process))]
        time.sleep(AGAIN)


def memory(process: int) -> int:
    """Return the proportional bytes of a process and its descendants; 0 where nobody says."""
    try:
        with open(f"/proc/{process}/smaps_rollup") as file:
            total = next(int(line.split()[1]) for line in file if line.startswith("Pss:")) * 1024
        for thread in os.listdir(f"/proc/{process}/task"):
            with open(f"/proc/{process}/task/{thread}/children") as file:
                total += sum(memory(int(child)) for child in file.read().split())
    except (OSError, StopIteration):  # it has just ended
        return 0
    return total


if __name__ == "__main__":
    sys.exit(main())
