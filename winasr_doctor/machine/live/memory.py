"""Reads memory and, on Windows, the commit limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winasr_doctor.machine.base import Unreadable
from winasr_doctor.machine.live.system import this_os
from winasr_doctor.machine.model import Memory
from winasr_doctor.windows import win32

if TYPE_CHECKING:
    from winasr_doctor.machine.live.machine import LiveMachine


def read(_host: LiveMachine) -> Memory:
    """Read memory, in bytes."""
    return windows() if this_os() == "windows" else posix()


def windows() -> Memory:
    """Ask Windows, whose answer also respects a limit on this process's job object."""
    status = win32.memory_status()
    if status is None:
        raise Unreadable("Windows did not say how much memory there is")
    return Memory(
        total=status.total,
        available=status.available,
        commit_limit=status.commit_limit,
        commit_available=status.commit_available,
    )


def posix() -> Memory:
    """Ask psutil; if memory may be overcommitted, there is no meaningful limit."""
    import psutil

    memory = psutil.virtual_memory()
    return Memory(total=memory.total, available=memory.available)
