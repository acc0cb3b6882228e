"""Calls the Windows kernel functions that report who uses a file, through ctypes.

Sources: learn.microsoft.com, "FILE_PROCESS_IDS_USING_FILE_INFORMATION", "NtQueryInformationFile",
"DuplicateHandle", "GetFinalPathNameByHandleW", "GetMappedFileNameW"; the handle table
(`SystemExtendedHandleInformation`, 64) and its layout as psutil reads them
(psutil/arch/windows/proc_handles.c).
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from winasr_doctor.windows.win32 import (
    _BACKUP_SEMANTICS,
    _BUFFER,
    _FILE_READ_ATTRIBUTES,
    _INVALID_HANDLE,
    _OPEN_EXISTING,
    _SHARE_ALL,
    _library,
)

_PROCESS_IDS_USING_FILE = 47
_EXTENDED_HANDLES = 64
_LENGTH_MISMATCH = 0xC000_0004
"""`STATUS_INFO_LENGTH_MISMATCH`: the buffer is too small."""

_FIRST_BUFFER, _LAST_BUFFER = 1 << 14, 1 << 28
_PROCESS_DUP_HANDLE = 0x40
_DUPLICATE_SAME_ACCESS = 0x2
_FILE_TYPE_DISK = 1
"""`GetFileType`: a file or a folder, not a pipe, socket or console."""

_HANDLE_ENTRY = struct.Struct("@PPPIHHII")
"""`SYSTEM_HANDLE_TABLE_ENTRY_INFO_EX`: object, process, handle, access, index, type, flags."""

_HEADER = struct.Struct("@PP")
"""The number of entries, and a reserved word."""


class NtStatusError(Exception):
    """A kernel function failed; the argument is its `NTSTATUS`, as an unsigned number."""


class HandleEntry(NamedTuple):
    """One open handle of one process."""

    pid: int
    handle: int


@contextmanager
def opened_for_attributes(path: str) -> Iterator[int]:
    """Open a file or folder in a way that no other opener can block, and close it.

    The handle can only read attributes, which no share mode forbids.

    Args:
        path: The file or folder.

    Raises:
        OSError: It cannot be opened.
    """
    kernel = _kernel()
    handle = kernel.CreateFileW(
        path, _FILE_READ_ATTRIBUTES, _SHARE_ALL, None, _OPEN_EXISTING, _BACKUP_SEMANTICS, None
    )
    if handle in {None, _INVALID_HANDLE}:
        raise OSError(f"cannot open {path}")
    try:
        yield int(handle)
    finally:
        kernel.CloseHandle(ctypes.c_void_p(handle))


def processes_using(path: str) -> list[int]:
    """Return the processes that use a file or folder; asking may add this process.

    Needs no rights to those processes. Microsoft calls it reserved for system use; Windows' own
    Restart Manager and Yori's `lsof` use the same query.

    Args:
        path: The file or folder.

    Raises:
        OSError: The path cannot be opened.
        NtStatusError: Windows or the path's file system cannot say.
    """
    nt = _library("ntdll")
    status_block = (ctypes.c_void_p * 2)()
    size = _FIRST_BUFFER
    with opened_for_attributes(path) as handle:
        while True:
            buffer = ctypes.create_string_buffer(size)
            status = nt.NtQueryInformationFile(
                ctypes.c_void_p(handle),
                ctypes.byref(status_block),
                buffer,
                ctypes.c_uint32(size),
                ctypes.c_uint32(_PROCESS_IDS_USING_FILE),
            )
            if status & 0xFFFF_FFFF != _LENGTH_MISMATCH or size >= _LAST_BUFFER:
                break
            size *= 4
    if status:
        raise NtStatusError(status & 0xFFFF_FFFF)
    count = int.from_bytes(buffer.raw[:4], "little")  # then one aligned, pointer-sized number each
    return list(struct.unpack_from(f"@{count}P", buffer, struct.calcsize("P")))


def file_handles(pid: int | None = None) -> list[HandleEntry]:
    """Return every handle to a file, folder, pipe or device, of all processes or of this one.

    The type number for "file" differs between versions of Windows; a handle of our own to a known
    folder shows it.

    Args:
        pid: This process's number; `None` for all processes.

    Raises:
        NtStatusError: Windows does not list its handles.
        OSError: Windows' own folder cannot be opened.
    """
    with opened_for_attributes(os.environ.get("SYSTEMROOT", os.path.abspath(os.sep))) as sample:
        table = _handle_table()
    count, _ = _HEADER.unpack_from(table)
    body = memoryview(table)[_HEADER.size : _HEADER.size + count * _HANDLE_ENTRY.size]
    rows = _HANDLE_ENTRY.iter_unpack(body)
    entries = [entry for entry in rows if pid is None or entry[1] == pid]
    own = os.getpid()
    kinds = {entry[5] for entry in entries if entry[1] == own and entry[2] == sample}
    return [
        HandleEntry(entry[1], entry[2])
        for entry in entries
        if (not kinds or entry[5] in kinds) and (entry[1], entry[2]) != (own, sample)
    ]


def path_of_handle(handle: int) -> str | None:
    """Return the path of a handle of this process; `None` if it is neither a file nor a folder.

    This may hang: both functions wait for a pipe that somebody is reading from.

    Args:
        handle: The handle.
    """
    kernel = _kernel()
    if kernel.GetFileType(ctypes.c_void_p(handle)) != _FILE_TYPE_DISK:
        return None
    buffer = ctypes.create_unicode_buffer(_BUFFER)
    length = kernel.GetFinalPathNameByHandleW(ctypes.c_void_p(handle), buffer, _BUFFER, 0)
    return buffer.value if 0 < length < _BUFFER else None


@contextmanager
def process_to_copy_from(pid: int) -> Iterator[int]:
    """Open a process so that its handles can be copied.

    Args:
        pid: The process.

    Raises:
        PermissionError: This account may not open it.
    """
    kernel = _kernel()
    process = kernel.OpenProcess(_PROCESS_DUP_HANDLE, False, pid)
    if not process:
        raise PermissionError(pid)
    try:
        yield int(process)
    finally:
        kernel.CloseHandle(ctypes.c_void_p(process))


def path_of_foreign_handle(process: int, handle: int) -> str | None:
    """Return the path of another process's handle, using a copy that is closed at once.

    Args:
        process: From `process_to_copy_from`.
        handle: The other process's handle.
    """
    kernel = _kernel()
    copy = ctypes.c_void_p()
    if not kernel.DuplicateHandle(
        ctypes.c_void_p(process),
        ctypes.c_void_p(handle),
        ctypes.c_void_p(kernel.GetCurrentProcess()),
        ctypes.byref(copy),
        0,
        False,
        _DUPLICATE_SAME_ACCESS,
    ):
        return None
    try:
        return path_of_handle(copy.value or 0)
    finally:
        kernel.CloseHandle(copy)


def path_mapped_at(address: int) -> str | None:
    r"""Return the device path of the file that is mapped at an address of this process.

    Args:
        address: Anywhere in the mapping.

    Returns:
        Such as `\Device\HarddiskVolume3\Temp\a.bin`.
    """
    kernel = _kernel()
    buffer = ctypes.create_unicode_buffer(_BUFFER)
    length = kernel.K32GetMappedFileNameW(
        ctypes.c_void_p(kernel.GetCurrentProcess()), ctypes.c_void_p(address), buffer, _BUFFER
    )
    return buffer.value if length else None


def _kernel() -> Any:  # noqa: ANN401 - ctypes has no types for a DLL's functions
    kernel = _library("kernel32")
    for name in ("CreateFileW", "OpenProcess", "GetCurrentProcess"):
        getattr(kernel, name).restype = ctypes.c_void_p
    return kernel


def _handle_table() -> bytes:
    nt = _library("ntdll")
    size, needed = 1 << 20, ctypes.c_uint32()
    while True:
        buffer = ctypes.create_string_buffer(size)
        status = nt.NtQuerySystemInformation(
            _EXTENDED_HANDLES, buffer, ctypes.c_uint32(size), ctypes.byref(needed)
        )
        if status & 0xFFFF_FFFF != _LENGTH_MISMATCH or size >= _LAST_BUFFER:
            break
        size = max(size * 2, needed.value + (1 << 16))  # it grows in the meantime
    if status:
        raise NtStatusError(status & 0xFFFF_FFFF)
    return buffer.raw
