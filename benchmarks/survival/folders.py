"""Handles of folders on Windows, which Python itself does not open."""

from __future__ import annotations

import ctypes
import msvcrt
import os

_GENERIC_READ, _SHARE_READ_WRITE, _OPEN_EXISTING = 0x80000000, 0x3, 3
_FOLDERS_TOO = 0x02000000
"""`FILE_FLAG_BACKUP_SEMANTICS`: learn.microsoft.com, CreateFileW."""


def opened_folder(path: str) -> int:
    """Return a descriptor of a folder's handle, which does not share deletion."""
    kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined,unused-ignore]
    kernel32.CreateFileW.restype = ctypes.c_void_p
    handle = kernel32.CreateFileW(
        path, _GENERIC_READ, _SHARE_READ_WRITE, None, _OPEN_EXISTING, _FOLDERS_TOO, None
    )
    if handle == ctypes.c_void_p(-1).value:
        raise OSError(ctypes.get_last_error(), path)  # type: ignore[attr-defined,unused-ignore]
    return msvcrt.open_osfhandle(handle, os.O_RDONLY)  # type: ignore[attr-defined,unused-ignore]
