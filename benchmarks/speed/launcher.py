"""Runs a command and prints its wall seconds, CPU seconds and peak memory in bytes, as JSON.

A process of its own, with next to nothing imported: Linux counts the memory of the process that
starts a command into the command's peak.
"""

from __future__ import annotations

import os
import sys
import time


def main() -> int:
    """Run `sys.argv[1:]`, without its output."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    start = time.perf_counter()
    child = os.posix_spawn(
        sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, nothing, 1)]
    )
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - start
    unit = 1 if sys.platform == "darwin" else 1024
    print([wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit])
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
