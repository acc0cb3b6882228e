"""Reads from `/proc` what this process and its children have open."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from enum import Enum
from os import listdir  # bound early: these queries must not be emulated, too
from os import stat as status_of
from typing import NamedTuple

from winasr_doctor.faults.sharing.descriptors import Identity
from winasr_doctor.faults.sharing.processes import link_of, processes, read

_DELETED = " (deleted)"
"""What Linux adds to the name of a file that has none any more (proc_pid_fd(5))."""


class HandleKind(str, Enum):
    """How a file or folder is held."""

    FILE = "open file"
    FOLDER = "open folder"
    CURRENT_DIRECTORY = "current directory"
    MAPPING = "memory map"
    LIBRARY = "loaded library"


class Handle(NamedTuple):
    """One file or folder that a process holds.

    Attributes:
        pid: The process ID.
        kind: How it is held.
        path: The held path, as the kernel names it.
        descriptor: The descriptor's number; `None` for a memory map or a current directory.
        shares_delete: Whether Windows would still let others delete it.
    """

    pid: int
    kind: HandleKind
    path: str
    descriptor: int | None = None
    shares_delete: bool = False

    def __str__(self) -> str:
        who = "this process" if self.pid == os.getpid() else f"child process {self.pid}"
        number = "" if self.descriptor is None else f" (descriptor {self.descriptor})"
        return f"{self.kind.value}{number} of {who}"


_O_PATH = 0o10000000
_READING_A_FOLDER = getattr(os, "O_NONBLOCK", 0)


def command_of(pid: int) -> str:
    """Return the command line of a process; empty if it has ended."""
    import shlex  # lazy: only a refusal needs it

    words = [os.fsdecode(word) for word in read(f"/proc/{pid}/cmdline").split(b"\0")[:-1]]
    return shlex.join(words)


def holding(identity: Identity) -> list[Handle]:
    """Return the handles to a file or folder, whatever name was used to open it.

    Args:
        identity: Its device and inode.
    """
    return [
        _handle(pid, place, descriptor)
        for pid in processes()
        for place, descriptor in _places(pid)
        if _identity(place) == identity
    ]


def mapping(path: str, identity: Identity) -> list[Handle]:
    """Return the memory maps of a file.

    Args:
        path: Its name.
        identity: Its device and inode.
    """
    return [handle for pid in processes() for handle in _maps(pid, path, identity)]


def below(folder: str) -> list[Handle]:
    """Return what is open inside a folder, at any depth.

    A map without a handle does not count: Windows renames a folder with a loaded library in it.
    pip does that to uninstall a package that is in use, and only the deletion fails, in a folder
    whose name now begins with `~` (github.com/invoke-ai/InvokeAI, issue 5778).

    Args:
        folder: Its real path.
    """
    inside = folder.rstrip("/") + "/"
    return [
        _handle(pid, place, descriptor)
        for pid in processes()
        for place, descriptor in _places(pid)
        if (path := link_of(place)).startswith(inside) and not path.endswith(_DELETED)
    ]


def _places(pid: int) -> Iterator[tuple[str, int | None]]:
    """Yield what a process has open, as link paths with their descriptor numbers."""
    yield f"/proc/{pid}/cwd", None
    try:
        numbers = listdir(f"/proc/{pid}/fd")
    except OSError:
        return
    for number in numbers:
        yield f"/proc/{pid}/fd/{number}", int(number)


def _identity(place: str) -> Identity | None:
    try:
        status = status_of(place)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _handle(pid: int, place: str, descriptor: int | None) -> Handle:
    path = link_of(place)
    if descriptor is None:
        return Handle(pid, HandleKind.CURRENT_DIRECTORY, path)
    flags = flags_of(pid, descriptor)
    try:
        is_folder = stat.S_ISDIR(status_of(place).st_mode)
    except OSError:
        is_folder = False
    # A folder that is being listed is not in the way on Windows: FindFirstFileW shares deletion.
    # The C library opens it with O_NONBLOCK, which nobody else does with a folder. A descriptor
    # that only names a path (O_PATH) has no counterpart there.
    shares = bool(flags & _O_PATH) or (is_folder and bool(flags & _READING_A_FOLDER))
    kind = HandleKind.FOLDER if is_folder else HandleKind.FILE
    return Handle(pid, kind, path, descriptor, shares)


def flags_of(pid: int, descriptor: int) -> int:
    """Return the flags of a descriptor, as for open(2); 0 if it is closed."""
    for line in read(f"/proc/{pid}/fdinfo/{descriptor}").splitlines():
        if line.startswith(b"flags:"):
            return int(line.split()[1], 8)
    return 0


def _maps(pid: int, path: str, identity: Identity) -> list[Handle]:
    """Return the memory maps of a file; several maps of one kind count as one."""
    text = read(f"/proc/{pid}/maps")
    device, inode = identity
    number, name = b"%d" % inode, os.fsencode(os.path.abspath(path))
    wanted = f"{os.major(device):02x}:{os.minor(device):02x}".encode()
    kinds: set[HandleKind] = set()
    for line in text.splitlines():
        fields = line.split(maxsplit=5)
        if fields[3:5] == [wanted, number] or fields[5:] == [name]:
            kinds.add(_mapping_kind(line))
    return [Handle(pid, kind, os.path.abspath(path)) for kind in kinds]


def _mapping_kind(line: bytes) -> HandleKind:
    return HandleKind.LIBRARY if b"x" in line.split(maxsplit=2)[1] else HandleKind.MAPPING
