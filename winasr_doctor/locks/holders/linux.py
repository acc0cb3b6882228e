"""Finds who holds a path on Linux, from the `/proc` entry of every readable process (proc(5))."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

from winasr_doctor.locks.holders.evidence import Evidence, Hold, Source, UndeterminedError
from winasr_doctor.locks.holders.target import DELETED, HeldPath


def sources() -> tuple[Source, ...]:
    """Return the sources to query, besides this process itself."""
    return (other_processes,)


def own_holds(target: HeldPath, *, maps: bool = True) -> Iterator[Hold]:
    """Yield how this process holds a target, the cheap checks first.

    Args:
        target: The path in question.
        maps: Whether to look at memory maps, too; those made by Python have a descriptor and are
            found by it.

    Raises:
        UndeterminedError: `/proc/self` cannot be read.
    """
    try:
        yield from _holds("self", target, maps=maps)
    except FileNotFoundError:
        raise UndeterminedError("the open files of this process: there is no /proc") from None


def other_processes(target: HeldPath, evidence: Evidence) -> None:
    """Ask every other process, our children first.

    Args:
        target: The path in question.
        evidence: Collects the results.
    """
    try:
        numbers = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        evidence.cannot_tell("the open files of other processes: /proc cannot be read")
        return
    evidence.look_into(numbers, lambda number: _holds(str(number), target))


def path_of_descriptor(descriptor: int) -> str | None:
    """Return the path of one of this process's open files, `None` for a pipe or a socket.

    Args:
        descriptor: Its number.
    """
    try:
        path = os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        return None
    return path if path.startswith("/") else None


def path_of_mapping(address: int) -> str | None:
    """Return the path of the file that is mapped at an address of this process.

    Args:
        address: Anywhere in the mapping.
    """
    for first, last, path in _mappings(_maps_of("self")):
        if first <= address < last:
            return path
    return None


def _holds(process: str, target: HeldPath, *, maps: bool = True) -> Iterator[Hold]:
    """Yield every way in which a process holds the target.

    Raises:
        UndeterminedError: This process may not be inspected.
        OSError: It has ended.
    """
    folder = f"/proc/{process}"
    try:
        descriptors = os.listdir(f"{folder}/fd")
        cwd = os.readlink(f"{folder}/cwd")
    except PermissionError:
        raise UndeterminedError(f"the open files of process {process}") from None
    if process == "self":
        descriptors = [number for number in descriptors if _is_of_file(int(number))]
    for number in descriptors:
        path = _open_path(f"{folder}/fd/{number}", target)
        if path is not None:
            yield Hold(path, _name_of(path, "open file", target), f"{folder}/fd")
    if target.covers(cwd):
        yield Hold(cwd, "current directory", f"{folder}/cwd")
    if maps:
        yield from _maps(process, target)


def _is_of_file(descriptor: int) -> bool:
    """Return whether one of our descriptors is of a file or folder; its path takes longer."""
    try:
        mode = os.fstat(descriptor).st_mode
    except OSError:  # closed in the meantime
        return False
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)


def _maps(process: str, target: HeldPath) -> Iterator[Hold]:
    try:
        maps = _maps_of(process)
    except PermissionError:
        raise UndeterminedError(f"the open files of process {process}") from None
    except OSError:
        return
    if not any(_as_in_maps(spelling) in maps for spelling in target.spellings):
        return  # nearly always; then the lines need no parsing
    mapped = {path: None for _, _, path in _mappings(maps) if _matches(path, target)}
    for path in mapped:
        yield Hold(path, _name_of(path, "memory map", target), f"/proc/{process}/maps")


def _open_path(descriptor: str, target: HeldPath) -> str | None:
    """Return the path that a descriptor has open, if it is the target or below it."""
    try:
        path = os.readlink(descriptor)
        if target.name in path and _matches(path, target):
            return path
        if target.identity is None or not path.startswith("/"):  # such as a pipe or a socket
            return None
        if target.is_also(os.stat(descriptor)):
            return path
    except OSError:  # closed in the meantime
        return None
    return None


def _matches(path: str, target: HeldPath) -> bool:
    """Return whether a path is the target; a deleted file only if the target itself is gone."""
    if not target.exists and path.endswith(DELETED):
        path = path.removesuffix(DELETED)
    return target.covers(path)


def _name_of(path: str, what: str, target: HeldPath) -> str:
    if not target.exists:
        return f"deleted {what.removeprefix('open ')}"
    return "open directory" if what == "open file" and os.path.isdir(path) else what


def _maps_of(process: str) -> bytes:
    with open(f"/proc/{process}/maps", "rb") as file:
        return file.read()


def _as_in_maps(path: str) -> bytes:
    return os.fsencode(path).replace(b"\n", b"\\012")


def _mappings(maps: bytes) -> Iterator[tuple[int, int, str]]:
    """Yield the first and the last address and the path of each file that a process maps."""
    for line in maps.split(b"\n"):
        start = line.find(b"/")
        if start < 0:
            continue
        first, _, last = line[: line.index(b" ")].partition(b"-")
        path = line[start:].replace(b"\\012", b"\n")
        yield int(first, 16), int(last, 16), os.fsdecode(path)
