"""Asks the Restart Manager who has a file open, as Windows installers do.

This only requests the list; nothing is ever shut down. Source: learn.microsoft.com, "Restart
Manager Functions", "RmGetList" and "RM_PROCESS_INFO".
"""

from __future__ import annotations

import ctypes
from ctypes import wintypes

from winasr_doctor.locks.holders.evidence import UndeterminedError
from winasr_doctor.windows.win32 import _library, wine_version

_MORE_DATA = 234
_SESSION_KEY_LENGTH = 33
_TRIES = 5
"""Attempts: the list may grow between asking for its length and fetching it."""


class _ProcessInfo(ctypes.Structure):
    _fields_ = (
        ("pid", wintypes.DWORD),
        ("started", wintypes.FILETIME),
        ("name", wintypes.WCHAR * 256),
        ("service", wintypes.WCHAR * 64),
        ("kind", ctypes.c_int),
        ("status", wintypes.ULONG),
        ("session", wintypes.DWORD),
        ("restartable", wintypes.BOOL),
    )


def users(path: str) -> list[tuple[int, str | None]]:
    """Return the processes that use a file, each with the name that Windows shows for it.

    Args:
        path: A file; the Restart Manager refuses folders.

    Raises:
        UndeterminedError: It cannot say.
    """
    if wine_version() is not None:  # it always answers "nobody"
        raise UndeterminedError("Wine has no Restart Manager")
    manager = _library("rstrtmgr")
    session = wintypes.DWORD()
    key = ctypes.create_unicode_buffer(_SESSION_KEY_LENGTH)
    _check(manager.RmStartSession(ctypes.byref(session), 0, key))
    try:
        files = (wintypes.LPCWSTR * 1)(path)
        _check(manager.RmRegisterResources(session, 1, files, 0, None, 0, None))
        return _list(manager, session)
    finally:
        manager.RmEndSession(session)


def _list(manager: ctypes.CDLL, session: wintypes.DWORD) -> list[tuple[int, str | None]]:
    needed, count = ctypes.c_uint(), ctypes.c_uint(16)
    for _ in range(_TRIES):
        infos = (_ProcessInfo * count.value)()
        reasons = wintypes.DWORD()
        code = manager.RmGetList(
            session, ctypes.byref(needed), ctypes.byref(count), infos, ctypes.byref(reasons)
        )
        if code != _MORE_DATA:
            _check(code)
            return [(int(info.pid), info.name or None) for info in infos[: count.value]]
        count.value = needed.value + 4
    raise UndeterminedError("the Restart Manager's list kept growing")


def _check(code: int) -> None:
    if code:
        raise UndeterminedError(f"the Restart Manager failed with Windows error {code}")
