"""Lists the processes of this machine, with their parents and program names."""

from __future__ import annotations

import os
import sys

from winasr_doctor.locks.holders.model import Process


def process_table() -> dict[int, Process]:
    """Return every process that can be listed, by its number; empty if none can."""
    if sys.platform == "win32":
        from winasr_doctor.locks.holders.toolhelp import processes  # lazy: Windows only

        return processes()
    if sys.platform == "linux":
        return _from_proc("/proc")
    return _from_psutil()


def process_name(pid: int) -> str | None:
    """Return the program name of a process that is not in the table.

    Args:
        pid: The process.

    Returns:
        The name, such as `python.exe`, or `None` if it cannot be read.
    """
    import psutil

    try:
        return psutil.Process(pid).name() or None
    except (psutil.Error, OSError, ValueError):  # Wine answers with a bare OSError
        return None


def _from_proc(proc: str) -> dict[int, Process]:
    """Read `/proc/PID/stat` (proc(5)); a name may contain spaces and parentheses."""
    table = {}
    for number in filter(str.isdigit, os.listdir(proc)):
        try:
            with open(f"{proc}/{number}/stat", encoding="utf-8", errors="replace") as file:
                line = file.read()
        except OSError:  # it has ended
            continue
        name, _, rest = line.partition("(")[2].rpartition(")")
        table[int(number)] = Process(int(rest.split()[1]), name)
    return table


def _from_psutil() -> dict[int, Process]:
    import psutil

    table = {}
    for process in psutil.process_iter():
        try:
            table[process.pid] = Process(process.ppid(), process.name())
        except (psutil.Error, OSError):
            continue
    return table
