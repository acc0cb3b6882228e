"""Finds who holds a path on macOS and other systems, as far as psutil can see."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from winasr_doctor.locks.holders.evidence import Evidence, Hold, Source, UndeterminedError
from winasr_doctor.locks.holders.target import HeldPath


def sources() -> tuple[Source, ...]:
    """Return the sources to query, besides this process itself."""
    return (other_processes,)


def own_holds(target: HeldPath, *, maps: bool = True) -> Iterator[Hold]:
    """Yield how this process holds a target.

    Args:
        target: The path in question.
        maps: Not used: psutil cannot read memory maps here.

    Raises:
        UndeterminedError: psutil cannot say.
    """
    del maps
    yield from _holds(os.getpid(), target)


def other_processes(target: HeldPath, evidence: Evidence) -> None:
    """Ask every other process, our children first.

    Args:
        target: The path in question.
        evidence: Collects the results.
    """
    import psutil

    evidence.look_into(psutil.pids(), lambda number: _holds(number, target))


def path_of_descriptor(descriptor: int) -> str | None:
    """Return the path of one of this process's open files, if the system reports it.

    Args:
        descriptor: Its number.
    """
    if sys.platform == "win32":  # for the type checker, which knows `fcntl` only elsewhere
        return None
    try:
        import fcntl

        command = getattr(fcntl, "F_GETPATH", 50)  # from Python 3.9 on, only on macOS
        answer = fcntl.fcntl(descriptor, command, b"\0" * 1024)
    except (ImportError, OSError, ValueError):
        return None
    return os.fsdecode(answer.rstrip(b"\0")) or None


def path_of_mapping(address: int) -> str | None:
    """Return `None`: these systems do not report which file is mapped at an address.

    Args:
        address: Anywhere in the mapping.
    """
    del address
    return None


def _holds(pid: int, target: HeldPath) -> Iterator[Hold]:
    """Yield every way in which a process holds the target.

    Raises:
        UndeterminedError: This process may not be inspected.
    """
    import psutil

    try:
        process = psutil.Process(pid)
        files = [file.path for file in process.open_files()]
        cwd = process.cwd()
    except psutil.NoSuchProcess:
        return
    except (psutil.Error, OSError):
        raise UndeterminedError(f"the open files of process {pid}") from None
    for path in dict.fromkeys(files):
        if target.covers(path):
            yield Hold(path, "open file", "psutil.Process.open_files")
    if cwd and target.covers(cwd):
        yield Hold(cwd, "current directory", "psutil.Process.cwd")
