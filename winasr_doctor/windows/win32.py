"""Calls the few Windows functions that Python itself does not offer, through ctypes.

Each function raises `NotImplementedError` off Windows and returns `None` if Windows has no answer.
Signatures and constants: learn.microsoft.com, on the page of the function named in each docstring.
"""

from __future__ import annotations

import ctypes
import sys
from ctypes import wintypes
from typing import Any, Literal, NamedTuple

DriveType = Literal["fixed", "removable", "network", "optical", "ram", "unknown"]

DRIVE_TYPES: dict[int, DriveType] = {
    2: "removable",
    3: "fixed",
    4: "network",
    5: "optical",
    6: "ram",
}
"""The answers of `GetDriveTypeW`; 0 is unknown and 1 is "no volume there".
Source: learn.microsoft.com, "GetDriveTypeW"."""

_BUFFER = 32768
"""Characters; the longest path that Windows supports."""

_FAIL_CRITICAL_ERRORS = 0x1
"""`SetThreadErrorMode`: no "please insert a disk" window for an empty drive."""

_TOKEN_QUERY = 0x0008
_TOKEN_USER, _TOKEN_PRIVILEGES, _TOKEN_SESSION, _TOKEN_ELEVATION = 1, 3, 12, 20
"""`TOKEN_INFORMATION_CLASS`."""

_SHARE_ALL, _OPEN_EXISTING, _BACKUP_SEMANTICS = 0x7, 3, 0x0200_0000
_FILE_READ_ATTRIBUTES, _FILE_LIST_DIRECTORY, _SHARE_READ_WRITE = 0x80, 0x1, 0x3
_INVALID_HANDLE = ctypes.c_void_p(-1).value

_FSCTL_QUERY_PERSISTENT_VOLUME_STATE = 0x9023C
_DEV_VOLUME, _TRUSTED_VOLUME = 0x2000, 0x4000
"""`FILE_FS_PERSISTENT_VOLUME_INFORMATION` (ntifs.h); readable without elevation."""


class _Luid(ctypes.Structure):
    _fields_ = (("low", ctypes.c_uint32), ("high", ctypes.c_int32))


class _LuidAndAttributes(ctypes.Structure):
    _fields_ = (("luid", _Luid), ("attributes", ctypes.c_uint32))


class _PersistentVolumeState(ctypes.Structure):
    _fields_ = (
        ("flags", ctypes.c_uint32),
        ("mask", ctypes.c_uint32),
        ("version", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
    )


class _MemoryStatus(ctypes.Structure):
    _fields_ = (
        ("length", ctypes.c_uint32),
        ("load", ctypes.c_uint32),
        ("total", ctypes.c_uint64),
        ("available", ctypes.c_uint64),
        ("commit_limit", ctypes.c_uint64),
        ("commit_available", ctypes.c_uint64),
        ("virtual_total", ctypes.c_uint64),
        ("virtual_available", ctypes.c_uint64),
        ("extended", ctypes.c_uint64),
    )


class MemoryStatus(NamedTuple):
    """`GlobalMemoryStatusEx`, in bytes; the commit figures are for this process."""

    total: int
    available: int
    commit_limit: int
    commit_available: int


def _library(name: str) -> Any:  # noqa: ANN401 - ctypes has no types for a DLL's functions
    if sys.platform == "win32":
        return ctypes.WinDLL(name)
    raise NotImplementedError("only on Windows")


def wine_version() -> str | None:
    """Return Wine's version, or `None` on a real Windows (`ntdll.wine_get_version`)."""
    function = getattr(_library("ntdll"), "wine_get_version", None)
    if function is None:
        return None
    function.restype = ctypes.c_char_p
    return str(function().decode("ascii", "replace"))


def version() -> tuple[int, int, int]:
    """Return Windows' major and minor version and its build."""
    if sys.platform == "win32":
        numbers = sys.getwindowsversion()
        return numbers.major, numbers.minor, numbers.build
    raise NotImplementedError("only on Windows")


def code_pages() -> tuple[int, int]:
    """Return the ANSI and the OEM code page (`GetACP`, `GetOEMCP`)."""
    kernel = _library("kernel32")
    return int(kernel.GetACP()), int(kernel.GetOEMCP())


def drive_type(root: str) -> DriveType:
    r"""Return what kind of drive a root such as `C:\` is (`GetDriveTypeW`)."""
    return DRIVE_TYPES.get(int(_library("kernel32").GetDriveTypeW(root)), "unknown")


def volume_root(path: str) -> str | None:
    """Return the root of the volume of a path, possibly a mount folder (`GetVolumePathNameW`)."""
    buffer = ctypes.create_unicode_buffer(_BUFFER)
    if not _library("kernel32").GetVolumePathNameW(path, buffer, _BUFFER):
        return None
    return buffer.value or None


def file_system(root: str) -> str | None:
    """Return the name of a volume's file system, such as `NTFS` (`GetVolumeInformationW`)."""
    kernel = _library("kernel32")
    kernel.SetThreadErrorMode(_FAIL_CRITICAL_ERRORS, None)
    buffer = ctypes.create_unicode_buffer(261)
    known = kernel.GetVolumeInformationW(root, None, 0, None, None, None, buffer, len(buffer))
    return (buffer.value or None) if known else None


def dos_device(drive: str) -> str | None:
    r"""Return the target of a drive such as `S:` (`QueryDosDeviceW`).

    Returns:
        A device such as `\Device\HarddiskVolume3`, or `\??\C:\folder` for a `subst` drive.
    """
    buffer = ctypes.create_unicode_buffer(_BUFFER)
    if not _library("kernel32").QueryDosDeviceW(drive, buffer, _BUFFER):
        return None
    return buffer.value or None


def long_path(path: str) -> str:
    """Return a path without 8.3 short names, or the path itself (`GetLongPathNameW`)."""
    buffer = ctypes.create_unicode_buffer(_BUFFER)
    length = _library("kernel32").GetLongPathNameW(path, buffer, _BUFFER)
    return buffer.value if 0 < length < _BUFFER else path


def dev_drive(root: str) -> tuple[bool, bool] | None:
    r"""Return whether a volume is a Dev Drive, and whether this machine trusts it.

    `FSCTL_QUERY_PERSISTENT_VOLUME_STATE`, which the drivers' documentation describes; the two
    flags exist from Windows 11 22H2 (September 2023) on.

    Args:
        root: The root of a volume, such as `D:\`.

    Returns:
        Dev Drive and trusted, or `None` if the file system does not answer.
    """
    kernel = _library("kernel32")
    kernel.CreateFileW.restype = ctypes.c_void_p
    handle = kernel.CreateFileW(
        root, _FILE_READ_ATTRIBUTES, _SHARE_ALL, None, _OPEN_EXISTING, _BACKUP_SEMANTICS, None
    )
    if handle in {None, _INVALID_HANDLE}:
        return None
    state = _PersistentVolumeState(mask=_DEV_VOLUME | _TRUSTED_VOLUME, version=1)
    size = ctypes.c_uint32()
    try:
        answered = kernel.DeviceIoControl(
            ctypes.c_void_p(handle),
            ctypes.c_uint32(_FSCTL_QUERY_PERSISTENT_VOLUME_STATE),
            ctypes.byref(state),
            ctypes.sizeof(state),
            ctypes.byref(state),
            ctypes.sizeof(state),
            ctypes.byref(size),
            None,
        )
    finally:
        kernel.CloseHandle(ctypes.c_void_p(handle))
    if not answered or size.value < ctypes.sizeof(state):
        return None
    return bool(state.flags & _DEV_VOLUME), bool(state.flags & _TRUSTED_VOLUME)


def hold_folder(path: str) -> int | None:
    """Open a folder so that nobody can rename or delete it until it is released.

    `CreateFileW` with the right to list and without `FILE_SHARE_DELETE`; a handle that can only
    read attributes would not count for sharing.

    Args:
        path: The folder.

    Returns:
        The argument for `let_go_of_folder`; `None` if it cannot be opened this way.
    """
    kernel = _library("kernel32")
    kernel.CreateFileW.restype = ctypes.c_void_p
    handle = kernel.CreateFileW(
        path, _FILE_LIST_DIRECTORY, _SHARE_READ_WRITE, None, _OPEN_EXISTING, _BACKUP_SEMANTICS, None
    )
    return None if handle in {None, _INVALID_HANDLE} else int(handle)


def let_go_of_folder(handle: int | None) -> None:
    """Close the handle that `hold_folder` returned."""
    if handle is not None:
        _library("kernel32").CloseHandle(ctypes.c_void_p(handle))


def memory_status() -> MemoryStatus | None:
    """Return memory and commit limit (`GlobalMemoryStatusEx`)."""
    status = _MemoryStatus(length=ctypes.sizeof(_MemoryStatus))
    if not _library("kernel32").GlobalMemoryStatusEx(ctypes.byref(status)):
        return None
    return MemoryStatus(
        status.total, status.available, status.commit_limit, status.commit_available
    )


def elevated() -> bool | None:
    """Return whether this process runs with full administrator rights (`TokenElevation`)."""
    data = _token_information(_TOKEN_ELEVATION)
    return None if data is None else bool(_dword(data))


def session() -> int | None:
    """Return the session of this process; services run in session 0 (`TokenSessionId`)."""
    data = _token_information(_TOKEN_SESSION)
    return None if data is None else _dword(data)


def user_sid() -> str | None:
    """Return the account's SID as text (`TokenUser`, `ConvertSidToStringSidW`)."""
    data = _token_information(_TOKEN_USER)
    if data is None:
        return None
    text = wintypes.LPWSTR()
    sid = ctypes.c_void_p.from_buffer(data)  # points to a later part of the same buffer
    if not _library("advapi32").ConvertSidToStringSidW(sid, ctypes.byref(text)):
        return None
    try:
        return text.value
    finally:
        _library("kernel32").LocalFree(ctypes.cast(text, ctypes.c_void_p))


def holds_privilege(name: str) -> bool | None:
    """Return whether the account holds a privilege, enabled or not (`TokenPrivileges`).

    Args:
        name: The privilege, such as `SeCreateSymbolicLinkPrivilege`.
    """
    data = _token_information(_TOKEN_PRIVILEGES)
    wanted = _Luid()
    if data is None or not _library("advapi32").LookupPrivilegeValueW(
        None, name, ctypes.byref(wanted)
    ):
        return None
    held = (_LuidAndAttributes * _dword(data)).from_buffer(data, 4)
    return any((p.luid.low, p.luid.high) == (wanted.low, wanted.high) for p in held)


def _dword(data: ctypes.Array[ctypes.c_char]) -> int:
    return int.from_bytes(data.raw[:4], "little")


def _token_information(information: int) -> ctypes.Array[ctypes.c_char] | None:
    """Return one class of information about this process's token, in Windows' layout."""
    kernel, advapi = _library("kernel32"), _library("advapi32")
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    token = ctypes.c_void_p()
    if not advapi.OpenProcessToken(
        ctypes.c_void_p(kernel.GetCurrentProcess()), _TOKEN_QUERY, ctypes.byref(token)
    ):
        return None
    try:
        size = ctypes.c_uint32()
        advapi.GetTokenInformation(token, information, None, 0, ctypes.byref(size))
        buffer = ctypes.create_string_buffer(max(size.value, 4))
        if not advapi.GetTokenInformation(
            token, information, buffer, len(buffer), ctypes.byref(size)
        ):
            return None
        return buffer
    finally:
        kernel.CloseHandle(token)
