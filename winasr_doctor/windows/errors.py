"""Windows error codes: their meaning, and their meaning for deleting a file.

Errors are classified by `winerror` and `errno`, never by their text, which Windows translates into
the user's language.
"""

from __future__ import annotations

import errno as posix
import functools
import sys
from typing import NamedTuple

from winasr_doctor._util.foreign_exceptions import contexts
from winasr_doctor.windows.error_table import (
    BY_ERRNO,
    CODES,
    DeleteClass,
    WindowsError,
)

__all__ = [
    "CODES",
    "SHARING_CODES",
    "Classification",
    "DeleteClass",
    "WindowsError",
    "as_win32",
    "classify",
    "masks_sharing_violations",
    "number",
]


class Classification(NamedTuple):
    """What an exception means for a delete.

    Attributes:
        delete: The class.
        code: The Windows error code that applies, 32 for a masked one; `None` if there is none.
        errno: The exception's errno, if it has one.
        masked: Whether the exception hides a sharing violation (gh-87319, gh-79325).
        grace: As in `WindowsError`.
    """

    delete: DeleteClass
    code: int | None = None
    errno: int | None = None
    masked: bool = False
    grace: float | None = None

    @property
    def entry(self) -> WindowsError | None:
        """The code's entry in the table."""
        return None if self.code is None else CODES.get(self.code)

    def may_pass(self, elapsed: float) -> bool:
        """Return whether another attempt may succeed.

        Args:
            elapsed: Seconds since the first attempt.
        """
        in_time = self.grace is None or elapsed < self.grace
        return self.delete is DeleteClass.TRANSIENT and in_time


SHARING_CODES = frozenset({32, 33})


def masks_sharing_violations(python: tuple[int, ...]) -> bool:
    """Return whether a Python's TemporaryDirectory turns WinError 32 into another error.

    Up to 3.11.7 and in 3.12.0, cleanup handles a PermissionError on a file by treating the file as
    a folder, which fails with WinError 267 (gh-87319), and one on a folder by calling itself until
    RecursionError (gh-79325).

    Args:
        python: Major, minor and micro version.
    """
    from winasr_doctor.windows.cpython_fixes import CLEANUP_FIXED, has_fix  # lazy: rarely asked

    return not has_fix(CLEANUP_FIXED, python)


def number(exc: BaseException, name: str) -> int | None:
    """Return `winerror` or `errno` of an exception if it is a number, else `None`."""
    try:  # as `attribute_of`, in half the time
        value = getattr(exc, name, None)
    except Exception:  # noqa: BLE001 - a property of somebody else's class may raise anything
        return None
    if value is None or type(value) is int:  # as nearly always
        return value
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _hides_sharing_violation(exc: BaseException) -> bool:
    """Look for a sharing violation that was being handled when this exception was raised."""
    for at in contexts(exc):
        code = number(at, "winerror")
        if code in SHARING_CODES:
            return True
        if code is None and isinstance(at, PermissionError) and number(at, "errno") == posix.EACCES:
            return True
    return False


def _is_masked(
    exc: BaseException, code: int | None, is_file: bool | None, python: tuple[int, ...]
) -> bool:
    if isinstance(exc, RecursionError):
        return _hides_sharing_violation(exc)
    if not (isinstance(exc, NotADirectoryError) or code == 267):  # noqa: PLR2004
        return False
    if is_file is False:
        return False
    if is_file and masks_sharing_violations(python):
        return True
    return _hides_sharing_violation(exc)


def classify(
    exc: BaseException,
    *,
    is_file: bool | None = None,
    python: tuple[int, ...] = sys.version_info[:3],
) -> Classification:
    """Return what an exception means for a delete that failed with it.

    Args:
        exc: The exception.
        is_file: Whether the path is a regular file inside a temporary directory; `None` if unknown.
            Without it, WinError 267 counts as a masked 32 only with a sharing violation in its
            `__context__`.
        python: The version of the Python that raised it.

    Returns:
        The class, with the Windows code it is based on. Unclassified codes and exceptions are
        permanent: errors that are not understood are not retried.
    """
    errno = number(exc, "errno")
    code = number(exc, "winerror")
    if _is_masked(exc, code, is_file, python):
        return Classification(DeleteClass.TRANSIENT, 32, errno, masked=True)
    return _plain(code, errno)


@functools.lru_cache(maxsize=256)
def _plain(code: int | None, errno: int | None) -> Classification:
    """Return what two numbers mean by themselves."""
    if code is not None and code in CODES:
        entry = CODES[code]
        return Classification(entry.delete, code, errno, grace=entry.grace)
    if code is None and errno in BY_ERRNO:
        delete, grace = BY_ERRNO[errno]
        return Classification(delete, None, errno, grace=grace)
    return Classification(DeleteClass.PERMANENT, code, errno)


_WORD = 0xFFFF
_FACILITY_WIN32 = 0x8007


def as_win32(value: int) -> int:
    """Reduce an HRESULT that wraps a Win32 code, such as 0x80070020, to that code."""
    unsigned = value & 0xFFFFFFFF
    return unsigned & _WORD if unsigned >> 16 == _FACILITY_WIN32 else value
