"""Asks Linux about files, this process and its children, as cheaply as it can.

That is all that most operations need; what is held in detail is in `handles`.
"""

from __future__ import annotations

import os
import stat
import sys
from os import listdir, readlink  # bound early: these queries must not be emulated, too
from os import open as open_file
from signal import Signals

from winasr_doctor.faults.interceptors import announced
from winasr_doctor.faults.sharing.descriptors import Identity

if sys.platform == "linux":
    from fcntl import F_SETLEASE, F_SETSIG, F_WRLCK, fcntl

_URGENT = int(getattr(Signals, "SIGURG", 0))
_LOOK = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
_LISTS_CHILDREN = os.path.exists("/proc/thread-self/children")


def available() -> bool:
    """Return whether this system has the `/proc` that is needed, or the rules themselves."""
    return os.name == "nt" or os.path.isdir("/proc/self/fd")


def is_free(path: str, status: os.stat_result) -> bool:
    """Return whether it is certain that no process has a file open or mapped.

    Linux grants a write lease only if there is no other open descriptor for the file (fcntl(2),
    F_SETLEASE), in any process. A memory map keeps its file open, too. The lease ends at once.

    Args:
        path: The file.
        status: From `os.lstat`.

    Returns:
        False also if the file system or the account has no leases, or for anything but a file.
    """
    if sys.platform != "linux" or not stat.S_ISREG(status.st_mode):
        return False
    announced[0] = path
    try:
        descriptor = open_file(path, _LOOK)
    except OSError:
        return False
    try:
        # Who opens the file at this very moment waits for us, and we get a signal, by default one
        # that ends the process: let it be one that is ignored by default.
        fcntl(descriptor, F_SETSIG, _URGENT)
        fcntl(descriptor, F_SETLEASE, F_WRLCK)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


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
    fields = _stat(pid)
    return int(fields[1]) if len(fields) > 1 else 0


_THREADS = 17


def _stat(pid: int | str) -> list[bytes]:
    """Return what Linux says about a process, from its state on (proc_pid_stat(5))."""
    return read(f"/proc/{pid}/stat").rpartition(b")")[2].split()


_ONE_LINE = 128
"""Bytes of a kernel file that has one line and so needs no second read to see its end."""


def read(path: str) -> bytes:
    """Read a kernel file without `open`; empty if the process has ended or is not ours to read."""
    announced[0] = path
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
    return any(link_of(f"/proc/{pid}/fd/{number}").startswith(inside) for number in numbers)


def current_directory(pid: int) -> str:
    """Return a process's current directory; empty if that is not known."""
    return link_of(f"/proc/{pid}/cwd")


def link_of(place: str) -> str:
    """Return what a link of the kernel leads to; empty if it is gone or not ours to read."""
    try:
        return readlink(place)
    except OSError:
        return ""


def maps_file(path: str, identity: Identity) -> bool:
    """Return whether this process or a child may have mapped a file.

    Args:
        path: Its name.
        identity: Its device and inode.
    """
    # Stacked file systems show device and inode of the layer below, so the name counts, too.
    name, inode = os.fsencode(os.path.abspath(path)), b" %d " % identity[1]
    return any(inode in text or name in text for text in map(_maps_of, processes()))


_MOST_MAPS = 256
_generation = 0
_maps: dict[int, tuple[tuple[int, bytes], bytes]] = {}
"""What processes have mapped, each with the state in which that was read."""


def forget_maps() -> None:
    """Note that Python is about to map a file into memory, or to rename one."""
    global _generation  # noqa: PLW0603 - one process has one memory
    _generation += 1


def _maps_of(pid: int) -> bytes:
    """Return what a process has mapped (proc_pid_maps(5)), which takes Linux long to say.

    So the last answer is used again as long as it must be the same. For this process, that is
    while its memory has the same size (proc_pid_statm(5)) and Python has mapped nothing. What it
    shows may have gone since. What it does not show is not there, unless C code has put a map in
    the place of one of the same size. A child cannot have mapped anything if it has not run since:
    Linux counts how often it got a processor (Documentation/scheduler/sched-stats.rst).
    """
    is_own = pid == os.getpid()
    key = read("/proc/self/statm").partition(b" ")[0] if is_own else read(f"/proc/{pid}/schedstat")
    state = _generation, key
    known = _maps.get(pid)
    if known is not None and known[0] == state:
        return known[1]
    is_counted = is_own or not key.endswith(b" 0\n")  # else it has never run, or is not counted
    is_lasting = bool(key) and is_counted and (is_own or _rests(pid))
    text = read(f"/proc/{pid}/maps")
    if is_lasting:
        if len(_maps) >= _MOST_MAPS:
            _maps.clear()
        _maps[pid] = state, text
    return text


def _rests(pid: int) -> bool:
    """Return whether a process has one thread, and that one waits for something."""
    fields = _stat(pid)
    return len(fields) > _THREADS and fields[0] != b"R" and fields[_THREADS] == b"1"
