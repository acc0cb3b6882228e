"""Lists the processes of this machine, with their parents and program names."""

from __future__ import annotations

import sys
from pathlib import Path

from winasr_doctor.locks.holders.model import Process


def process_table() -> dict[int, Process]:
    """Return every process that can be listed, by its number; empty if none can."""
    if sys.platform == "win32":
        from winasr_doctor.locks.holders.toolhelp import processes  # lazy: Windows only

        return processes()
    if sys.platform == "linux":
        return _from_proc(Path("/proc"))
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


def _from_proc(proc: Path) -> dict[int, Process]:
    """Read `/proc/PID/stat` (proc(5)); a name may contain spaces and parentheses."""
    table = {}
    for entry in proc.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            line = (entry / "stat").read_text("utf-8", "replace")
        except OSError:  # it has ended
            continue
        name, _, rest = line.partition("(")[2].rpartition(")")
        table[int(entry.name)] = Process(int(rest.split()[1]), name)
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
