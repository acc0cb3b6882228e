"""Finds who holds a path on Windows, in three ways, each used where the one before fails."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby

from winasr_doctor._util.bounded_queries import BoundedQueries
from winasr_doctor._util.paths import same, without_device_prefix
from winasr_doctor._util.workers import Budget
from winasr_doctor.locks.holders import ntapi, restart_manager
from winasr_doctor.locks.holders.evidence import Evidence, Hold, Source, UndeterminedError
from winasr_doctor.locks.holders.target import HeldPath
from winasr_doctor.windows.win32 import dos_device

_SECONDS_FOR_OWN = 0.5
"""Seconds for our own handles, a few hundred or thousand."""

_SECONDS_FOR_ONE = 0.1
"""Seconds for one handle, which answers at once unless it is a pipe that is being read from."""

_MOST_BELOW = 2_000
"""Files and folders below a folder that are asked about one by one."""

_DRIVES = [f"{letter}:" for letter in "CDEFGHIJKLMNOPQRSTUVWXYZAB"]

_OWN_HANDLES: BoundedQueries[int, str | None] = BoundedQueries(ntapi.path_of_handle)


def sources() -> tuple[Source, ...]:
    """Return the sources to query, besides this process itself."""
    return (other_processes,)


def own_holds(target: HeldPath, *, maps: bool = True) -> Iterator[Hold]:
    """Yield how this process holds a target.

    Args:
        target: The path in question.
        maps: Whether to look at memory maps, too.

    Raises:
        UndeterminedError: Some or all of it could not be read.
    """
    try:
        cwd = os.getcwd()
    except OSError:  # it is gone, and so is its drive
        cwd = ""
    if covers_cwd := bool(cwd) and target.covers(cwd):
        yield Hold(cwd, "current directory", "GetCurrentDirectory")
    try:
        handles = [handle for _, handle in ntapi.file_handles(os.getpid())]
    except (ntapi.NtStatusError, OSError):
        raise UndeterminedError(
            "the open files of this process: Windows does not list its handles"
        ) from None
    paths, mute = _OWN_HANDLES.answers(handles, seconds=_SECONDS_FOR_OWN)
    how = "the system's handle table (NtQuerySystemInformation)"
    for path in _matching(paths.values(), target):
        if not (covers_cwd and same(path, os.path.realpath(cwd), "windows")):
            yield Hold(path, _name_of(path), how)
    if maps:
        yield from _own_mappings(target)
    if mute:
        raise UndeterminedError(f"{mute} handles of this process (pipes in use do not answer)")


def other_processes(target: HeldPath, evidence: Evidence) -> None:
    """Ask who else holds a target, trying one way after the other until one answers.

    Args:
        target: The path in question.
        evidence: Collects the results.
    """
    if not target.exists:
        return
    why_not = []
    for method in (_by_use, _by_restart_manager, _by_handles):
        try:
            method(target, evidence)
        except UndeterminedError as reason:
            why_not.append(str(reason))
        else:
            return
    evidence.cannot_tell("the open files of other processes: " + "; ".join(why_not))


def files_of(pid: int, *, seconds: float) -> list[str]:
    """Return the files and folders that another process has open, as far as they answer in time.

    psutil's `open_files` ends threads that ask about a pipe (`TerminateThread`). Such an end may
    take a lock of this process with it.

    Args:
        pid: The process.
        seconds: How long to ask.

    Raises:
        OSError: This account may not inspect it, or Windows does not list its handles.
    """
    try:
        handles = [entry.handle for entry in ntapi.file_handles() if entry.pid == pid]
    except ntapi.NtStatusError as error:
        raise OSError(f"handles are not listed: {error.args[0]:#010x}") from error
    paths, _ = _paths_of(pid, handles, Evidence(seconds))
    return [without_device_prefix(path) for path in paths if path is not None]


def path_of_descriptor(descriptor: int) -> str | None:
    """Return the path of one of this process's open files, `None` for a pipe or a console.

    Args:
        descriptor: The C runtime's number of the file.
    """
    if sys.platform != "win32":  # for the type checker, which knows `msvcrt` only there
        return None
    import msvcrt

    try:
        handle = msvcrt.get_osfhandle(descriptor)
    except OSError:
        return None
    paths, _ = _OWN_HANDLES.answers([handle], seconds=_SECONDS_FOR_ONE)
    path = paths.get(handle)
    return None if path is None else without_device_prefix(path)


def path_of_mapping(address: int) -> str | None:
    """Return the path of the file that is mapped at an address of this process.

    Args:
        address: Anywhere in the mapping.
    """
    path = ntapi.path_mapped_at(address)
    if path is None or not path.startswith("\\Device\\"):
        return None if path is None else without_device_prefix(path)
    for drive in _DRIVES:
        device = dos_device(drive)
        if device and path.startswith(device + "\\"):
            return drive + path[len(device) :]
    return path


def _by_use(target: HeldPath, evidence: Evidence) -> None:
    """Ask the file system (`NtQueryInformationFile`); for a folder also about all below it.

    Raises:
        UndeterminedError: It cannot say.
    """
    path = target.absolute
    try:
        pids = ntapi.processes_using(path)
    except ntapi.NtStatusError as error:
        raise UndeterminedError(f"NtQueryInformationFile answered {error.args[0]:#010x}") from error
    except OSError as error:
        raise UndeterminedError("it cannot be opened to ask about it") from error
    _note_users(path, pids, evidence)
    if not target.folder:
        return
    budget = Budget(evidence.seconds_left * 0.8, _MOST_BELOW)
    for below in _below(path):
        if not budget.spend():
            evidence.cannot_tell(f"the rest of {target.asked}: it has too many files")
            return
        with contextlib.suppress(ntapi.NtStatusError, OSError):  # gone in the meantime
            _note_users(below, ntapi.processes_using(below), evidence)


def _note_users(path: str, pids: list[int], evidence: Evidence) -> None:
    what = "open directory" if os.path.isdir(path) else "open file"
    for pid in pids:
        if pid != os.getpid():  # it only has it open to ask; its real handles were examined before
            evidence.found(pid, path, what, "NtQueryInformationFile")


def _below(folder: str) -> Iterator[str]:
    """Yield everything below a folder, without following links and junctions."""
    waiting = [folder]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    yield entry.path
                    if entry.is_dir(follow_symlinks=False) and not _is_junction(entry):
                        waiting.append(entry.path)
        except OSError:
            continue


def _is_junction(entry: os.DirEntry[str]) -> bool:
    """`DirEntry.is_junction` exists from Python 3.12 on."""
    return bool(getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", 0))


def _by_restart_manager(target: HeldPath, evidence: Evidence) -> None:
    """Ask the Restart Manager.

    Raises:
        UndeterminedError: It cannot say.
    """
    if target.folder:
        raise UndeterminedError("the Restart Manager does not answer for folders")
    path = target.absolute  # it does not accept a relative path
    for pid, name in restart_manager.users(path):
        if pid != os.getpid():
            evidence.found(pid, path, "open file", "Restart Manager", process=name)


def _by_handles(target: HeldPath, evidence: Evidence) -> None:
    """Go through the handles of all processes that this account may inspect.

    Raises:
        UndeterminedError: They are not listed.
    """
    try:
        entries = ntapi.file_handles()
    except (ntapi.NtStatusError, OSError) as error:
        raise UndeterminedError("Windows does not list the system's handles") from error
    how = "handle enumeration (NtQuerySystemInformation, DuplicateHandle)"
    refused = mute = 0
    entries = sorted(entry for entry in entries if entry.pid != os.getpid())
    entries.sort(key=lambda entry: not evidence.family.has_child(entry.pid))
    for pid, handles in groupby(entries, key=lambda entry: entry.pid):
        if not evidence.seconds_left:
            return
        try:
            paths, unanswered = _paths_of(pid, [entry.handle for entry in handles], evidence)
        except PermissionError:
            refused += 1
            continue
        mute += unanswered
        for path in _matching(paths, target):
            evidence.found(pid, path, _name_of(path), how)
    evidence.cannot_tell(
        "processes that map it without an open handle (Windows does not list them)"
    )
    if refused:
        evidence.cannot_tell(f"{refused} processes that this account may not inspect")
    if mute:
        evidence.cannot_tell(f"{mute} handles of other processes (they did not answer)")


def _paths_of(pid: int, handles: list[int], evidence: Evidence) -> tuple[list[str | None], int]:
    """Return the paths of another process's handles, and how many did not answer.

    Raises:
        PermissionError: This account may not inspect it.
    """
    with ntapi.process_to_copy_from(pid) as process:

        def ask(handle: int) -> str | None:
            return ntapi.path_of_foreign_handle(process, handle)

        paths, mute = BoundedQueries(ask).answers(handles, seconds=evidence.seconds_left * 0.9)
    return list(paths.values()), mute


def _own_mappings(target: HeldPath) -> Iterator[Hold]:
    """Yield the files that this process maps; they stay in use after the file is closed."""
    if sys.platform != "win32":  # for the type checker, as above
        return
    import psutil

    try:
        mapped = [each.path for each in psutil.Process().memory_maps()]
    except (psutil.Error, OSError):
        raise UndeterminedError("the memory maps of this process") from None
    for path in _matching(mapped, target):
        yield Hold(path, "memory map", "VirtualQuery, GetMappedFileName")


def _matching(paths: Iterable[str | None], target: HeldPath) -> list[str]:
    """Return the paths that lead to the target, without duplicates, in their usual spelling."""
    plain = dict.fromkeys(without_device_prefix(path) for path in paths if path is not None)
    return [path for path in plain if target.covers(path)]


def _name_of(path: str) -> str:
    return "open directory" if os.path.isdir(path) else "open file"
