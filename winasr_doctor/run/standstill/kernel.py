"""Reads from Linux in which system call each thread of a process waits, and for what.

Source: proc(5): `/proc/pid/task/tid/syscall`, `/proc/pid/fd`, `/proc/locks`; the numbers are those
of the kernel's tables for x86-64 and for 64-bit ARM.
"""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_X86 = {
    0: "read",
    17: "read",
    19: "read",
    1: "write",
    20: "write",
    45: "recv",
    47: "recv",
    43: "accept",
    288: "accept",
    42: "connect",
    73: "flock",
    72: "flock",
    61: "wait",
    247: "wait",
    202: "futex",
    35: "sleep",
    230: "sleep",
    7: "poll",
    271: "poll",
    23: "poll",
    270: "poll",
    232: "poll",
    281: "poll",
    257: "open",
    2: "open",
}
_ARM = {
    63: "read",
    67: "read",
    65: "read",
    64: "write",
    66: "write",
    207: "recv",
    212: "recv",
    202: "accept",
    242: "accept",
    203: "connect",
    32: "flock",
    25: "flock",
    260: "wait",
    95: "wait",
    98: "futex",
    101: "sleep",
    115: "sleep",
    73: "poll",
    72: "poll",
    22: "poll",
    56: "open",
}
_CALLS = {"x86_64": _X86, "aarch64": _ARM}.get(platform.machine(), {})

_WITH_DESCRIPTOR = frozenset({"read", "write", "recv", "accept", "connect", "flock"})


class KernelWait(NamedTuple):
    """A thread that waits in the kernel.

    Attributes:
        thread: The kernel's number of the thread; the first one's is that of the process.
        call: What it does, such as `read`; `read stdin` for its standard input.
        target: The file, pipe or socket, such as `pipe:[123]`; empty if it waits for none.
    """

    thread: int
    call: str
    target: str = ""

    def __str__(self) -> str:
        return f"{self.call} {self.target}".rstrip()


def kernel_waits(pid: int) -> tuple[KernelWait, ...]:
    """Return the waits of a process's threads, as far as the kernel tells us.

    Args:
        pid: Its number.
    """
    if sys.platform != "linux":
        return ()
    return tuple(_waits(pid))


def _waits(pid: int) -> Iterator[KernelWait]:
    with suppress(OSError, ValueError):
        for thread in sorted(map(int, os.listdir(f"/proc/{pid}/task"))):  # noqa: PTH208
            with suppress(OSError, ValueError):
                said = Path(f"/proc/{pid}/task/{thread}/syscall").read_text("ascii").split()
                call = _CALLS.get(int(said[0])) if said and said[0].isdigit() else None
                if call is not None:
                    yield _wait(pid, thread, call, int(said[1], 16))


def _wait(pid: int, thread: int, call: str, argument: int) -> KernelWait:
    if call not in _WITH_DESCRIPTOR:
        return KernelWait(thread, call)
    stdin = " stdin" if call == "read" and argument == 0 else ""
    return KernelWait(thread, call + stdin, link(pid, argument))


def link(pid: int, descriptor: int) -> str:
    """Return what a process has open under a number; empty if unknown."""
    with suppress(OSError):
        return os.readlink(f"/proc/{pid}/fd/{descriptor}")  # noqa: PTH115
    return ""


def others_with(target: str, pids: Iterable[int], *, but: int) -> tuple[int, ...]:
    """Return which processes have a pipe or a file open, too.

    Args:
        target: As in `KernelWait`.
        pids: The processes to look at.
        but: One that is left out.
    """
    return tuple(pid for pid in pids if pid != but and target in _open_in(pid))


def _open_in(pid: int) -> set[str]:
    try:
        return {link(pid, int(number)) for number in os.listdir(f"/proc/{pid}/fd")}  # noqa: PTH208
    except OSError:
        return set()


def lock_owners(path: str) -> tuple[int, ...]:
    """Return the processes that hold a lock on a file (`flock`, `fcntl`).

    Args:
        path: The file.
    """
    with suppress(OSError):
        inode = os.stat(path).st_ino  # noqa: PTH116
        text = Path("/proc/locks").read_text("ascii")
        held = re.findall(rf"^\d+: \w+ +\w+ +\w+ (\d+) \w+:\w+:{inode} ", text, re.MULTILINE)
        return tuple(dict.fromkeys(map(int, held)))
    return ()
