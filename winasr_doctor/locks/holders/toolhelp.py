"""Lists every process of a Windows machine without opening any of them.

Source: learn.microsoft.com, "CreateToolhelp32Snapshot" and "PROCESSENTRY32W". psutil asks the
same function for parents, but its names need rights and fail under Wine with a bare OSError.
"""

from __future__ import annotations

import ctypes
from ctypes import wintypes

from winasr_doctor.locks.holders.model import Process
from winasr_doctor.windows.win32 import _library

_SNAP_PROCESSES = 0x2
_INVALID_HANDLE = ctypes.c_void_p(-1).value


class _Entry(ctypes.Structure):
    _fields_ = (
        ("size", wintypes.DWORD),
        ("usage", wintypes.DWORD),
        ("pid", wintypes.DWORD),
        ("heap", ctypes.c_size_t),
        ("module", wintypes.DWORD),
        ("threads", wintypes.DWORD),
        ("parent", wintypes.DWORD),
        ("priority", wintypes.LONG),
        ("flags", wintypes.DWORD),
        ("name", wintypes.WCHAR * 260),
    )


def processes() -> dict[int, Process]:
    """Return every process by its number; empty if Windows gives no answer."""
    kernel = _library("kernel32")
    kernel.CreateToolhelp32Snapshot.restype = ctypes.c_void_p
    snapshot = kernel.CreateToolhelp32Snapshot(_SNAP_PROCESSES, 0)
    if snapshot in {None, _INVALID_HANDLE}:
        return {}
    entry = _Entry(size=ctypes.sizeof(_Entry))
    table = {}
    try:
        more = kernel.Process32FirstW(ctypes.c_void_p(snapshot), ctypes.byref(entry))
        while more:
            table[int(entry.pid)] = Process(int(entry.parent), entry.name or None)
            more = kernel.Process32NextW(ctypes.c_void_p(snapshot), ctypes.byref(entry))
    finally:
        kernel.CloseHandle(ctypes.c_void_p(snapshot))
    return table
