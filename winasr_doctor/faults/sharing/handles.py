"""Reads from `/proc` what this process and its children have open."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from enum import Enum
from os import listdir, readlink
from os import open as open_file
from os import stat as status_of  # bound early: these queries must not be emulated, too
from typing import NamedTuple

from winasr_doctor.faults.sharing.descriptors import Identity

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
_LISTS_CHILDREN = os.path.exists("/proc/thread-self/children")


def available() -> bool:
    """Return whether this system has the `/proc` that is needed, or the rules themselves."""
    return os.name == "nt" or os.path.isdir("/proc/self/fd")


_family: tuple[bytes, list[int]] | None = None


def processes() -> list[int]:
    """Return this process and all its descendants."""
    global _family  # noqa: PLW0603 - one process has one family
    me = os.getpid()
    if not _has_children():
        return [me]
    newest = _newest_process()
    if newest and _family is not None and _family[0] == newest and _family[1][0] == me:
        return _family[1]
    found = [me]
    for pid in found:  # grows during the loop
        found.extend(_children(pid))
    _family = newest, found
    return found


def _newest_process() -> bytes:
    """Return the number of the process or thread that was started last (proc_loadavg(5)).

    While it stays the same, nobody has got another child.
    """
    return read("/proc/loadavg").rpartition(b" ")[2]


def _has_children() -> bool:
    """Return whether this process has any child; one call, however many threads there are."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)  # nothing is reaped
    except ChildProcessError:
        return False
    return True


def _children(pid: int) -> list[int]:
    """Return the children of all threads of a process; none if it has ended."""
    if not _LISTS_CHILDREN:
        return _children_by_parent(pid)
    children: list[int] = []
    try:
        threads = listdir(f"/proc/{pid}/task")
    except OSError:
        return children
    for thread in threads:
        children += map(int, read(f"/proc/{pid}/task/{thread}/children").split())
    return children


def _children_by_parent(pid: int) -> list[int]:
    """Find children on a kernel built without CONFIG_PROC_CHILDREN."""
    return [int(name) for name in listdir("/proc") if name.isdigit() and _parent(name) == pid]


def _parent(pid: str) -> int:
    """Return the parent of a process, the second field after its name (proc_pid_stat(5))."""
    fields = read(f"/proc/{pid}/stat").rpartition(b")")[2].split()
    return int(fields[1]) if len(fields) > 1 else 0


def command_of(pid: int) -> str:
    """Return the command line of a process; empty if it has ended."""
    import shlex  # lazy: only a refusal needs it

    words = [os.fsdecode(word) for word in read(f"/proc/{pid}/cmdline").split(b"\0")[:-1]]
    return shlex.join(words)


_ONE_LINE = 128
"""Bytes of a kernel file that has one line and so needs no second read to see its end."""


def read(path: str) -> bytes:
    """Read a kernel file without `open`; empty if the process has ended or is not ours to read."""
    try:
        descriptor = open_file(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    chunks: list[bytes] = []
    try:
        while chunk := os.read(descriptor, 1 << 16):
            chunks.append(chunk)
            if chunk.endswith(b"\n") and len(chunk) < _ONE_LINE:
                break
    except OSError:
        return b""
    finally:
        os.close(descriptor)
    return b"".join(chunks)


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
        if (path := _link(place)).startswith(inside) and not path.endswith(_DELETED)
    ]


def has_any_inside(pid: int, inside: str) -> bool:
    """Return whether a process has anything inside a folder open.

    Args:
        pid: The process.
        inside: The folder's real path, with a separator at the end.
    """
    try:
        numbers = listdir(f"/proc/{pid}/fd")
    except OSError:
        return False
    return any(_link(f"/proc/{pid}/fd/{number}").startswith(inside) for number in numbers)


def current_directory(pid: int) -> str:
    """Return a process's current directory; empty if that is not known."""
    return _link(f"/proc/{pid}/cwd")


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


def _link(place: str) -> str:
    try:
        return readlink(place)
    except OSError:
        return ""


def _handle(pid: int, place: str, descriptor: int | None) -> Handle:
    path = _link(place)
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


def maps_file(path: str, identity: Identity) -> bool:
    """Return whether this process or a child may have mapped a file.

    Args:
        path: Its name.
        identity: Its device and inode.
    """
    # Stacked file systems show device and inode of the layer below, so the name counts, too.
    name, inode = os.fsencode(os.path.abspath(path)), b" %d " % identity[1]
    return any(inode in text or name in text for text in map(_maps_of, processes()))


_mapped = 0
_seen: dict[int, tuple[object, bytes]] = {}
_MOST_SEEN = 64


def map_made() -> None:
    """Note that Python is about to map a file into memory."""
    global _mapped  # noqa: PLW0603 - one process has one memory
    _mapped += 1


def _maps_of(pid: int) -> bytes:
    """Return what a process has mapped (proc_pid_maps(5)), which takes Linux long to say.

    So the last answer is used again while its memory has the same size (proc_pid_statm(5)) and
    Python has mapped nothing here. What it shows may have gone since. What it does not show is not
    there, unless something else than Python here put a map in the place of one of the same size.
    """
    state = _mapped, read(f"/proc/{pid}/statm").partition(b" ")[0]
    seen = _seen.get(pid)
    if seen is None or seen[0] != state:
        if len(_seen) >= _MOST_SEEN:
            _seen.clear()
        _seen[pid] = seen = state, read(f"/proc/{pid}/maps")
    return seen[1]


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
