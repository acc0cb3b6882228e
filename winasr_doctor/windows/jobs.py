"""A job object that ends the processes in it when its last handle closes, through ctypes.

Source: learn.microsoft.com, "Job Objects", "Nested Jobs" (Windows 8 and later) and
`JOBOBJECT_BASIC_LIMIT_INFORMATION`.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any

_KILL_ON_JOB_CLOSE, _BREAKAWAY_OK = 0x2000, 0x0800
_EXTENDED_LIMITS = 9
"""`JobObjectExtendedLimitInformation`."""

_SET_QUOTA, _TERMINATE = 0x0100, 0x0001
"""Rights to the process that `AssignProcessToJobObject` asks for."""

CREATE_SUSPENDED = 0x4
"""A flag of `CreateProcessW`: the process runs only once it is resumed."""


class _Limits(ctypes.Structure):
    """`JOBOBJECT_EXTENDED_LIMIT_INFORMATION`."""

    _fields_ = (
        ("user_times", ctypes.c_int64 * 2),
        ("flags", ctypes.c_uint32),
        ("working_set", ctypes.c_size_t * 2),
        ("processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority", ctypes.c_uint32),
        ("scheduling", ctypes.c_uint32),
        ("io", ctypes.c_uint64 * 6),
        ("memory", ctypes.c_size_t * 4),
    )


class KillingJob:
    """A job whose processes, and those that they start, end when nobody has it open any more.

    The system closes the handle of a process that is killed, so they end with that one, too. A
    process may leave the job if it asks for that (`CREATE_BREAKAWAY_FROM_JOB`): refusing would make
    an app fail that is used to it.

    Raises:
        OSError: Windows makes no job.
        NotImplementedError: This is not Windows.
    """

    def __init__(self) -> None:
        if sys.platform != "win32":
            raise NotImplementedError("only on Windows")
        self._kernel: Any = ctypes.WinDLL("kernel32", use_last_error=True)
        for name in ("CreateJobObjectW", "OpenProcess"):
            getattr(self._kernel, name).restype = ctypes.c_void_p
        self._handle: int | None = self._kernel.CreateJobObjectW(None, None)
        self._check(self._handle)
        self._limit(_KILL_ON_JOB_CLOSE | _BREAKAWAY_OK)

    def take(self, pid: int) -> None:
        """Put a process into the job.

        Args:
            pid: Its number. Processes that it has already started stay outside.

        Raises:
            OSError: Windows refuses, as before Windows 8 for a process that is in another job.
        """
        process = self._kernel.OpenProcess(_SET_QUOTA | _TERMINATE, 0, pid)
        self._check(process)
        try:
            job = ctypes.c_void_p(self._handle)
            self._check(self._kernel.AssignProcessToJobObject(job, ctypes.c_void_p(process)))
        finally:
            self._kernel.CloseHandle(ctypes.c_void_p(process))

    def let_go(self) -> None:
        """Let the processes live on, and close the job."""
        if self._handle is not None:
            try:
                self._limit(0)
            finally:
                self._kernel.CloseHandle(ctypes.c_void_p(self._handle))
                self._handle = None

    def _limit(self, flags: int) -> None:
        limits = _Limits(flags=flags)
        job, size = ctypes.c_void_p(self._handle), ctypes.sizeof(limits)
        self._check(
            self._kernel.SetInformationJobObject(job, _EXTENDED_LIMITS, ctypes.byref(limits), size)
        )

    def _check(self, succeeded: object) -> None:
        if sys.platform == "win32" and not succeeded:
            raise ctypes.WinError(ctypes.get_last_error())
