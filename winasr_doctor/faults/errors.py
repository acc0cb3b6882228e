"""Makes the exceptions that Python raises on Windows, on any system.

Errors from system calls have a `winerror`. `open()` goes through the C runtime, which reports only
`errno` (so a file in use is `[Errno 13] Permission denied` there, without a WinError).
"""

from __future__ import annotations

import errno
import os
from functools import lru_cache
from typing import Any

# fmt: off
TEXTS: dict[int, str] = {
    2: "The system cannot find the file specified",
    3: "The system cannot find the path specified",
    5: "Access is denied",
    8: "Not enough memory resources are available to process this command",
    14: "Not enough memory resources are available to complete this operation",
    16: "The directory cannot be removed",
    17: "The system cannot move the file to a different disk drive",
    19: "The media is write protected",
    21: "The device is not ready",
    32: "The process cannot access the file because it is being used by another process",
    33: "The process cannot access the file because another process has locked a portion of the "
        "file",
    53: "The network path was not found",
    59: "An unexpected network error occurred",
    64: "The specified network name is no longer available",
    80: "The file exists",
    87: "The parameter is incorrect",
    112: "There is not enough space on the disk",
    123: "The filename, directory name, or volume label syntax is incorrect",
    126: "The specified module could not be found",
    127: "The specified procedure could not be found",
    145: "The directory is not empty",
    161: "The specified path is invalid",
    170: "The requested resource is in use",
    183: "Cannot create a file when that file already exists",
    193: "%1 is not a valid Win32 application",
    206: "The filename or extension is too long",
    225: "Operation did not complete successfully because the file contains a virus or "
         "potentially unwanted software",
    267: "The directory name is invalid",
    303: "The file cannot be opened because it is in the process of being deleted",
    389: "The cloud operation was unsuccessful",
    390: "The operation is only supported on files under a cloud sync root",
    391: "The operation cannot be performed on cloud files in use",
    392: "The operation cannot be performed on pinned cloud files",
    393: "The cloud operation was aborted",
    394: "The cloud file's property store is corrupt",
    395: "Access to the cloud file is denied",
    396: "The cloud operation cannot be performed on a file with incompatible hardlinks",
    397: "The operation failed due to a conflicting cloud file property lock",
    398: "The cloud operation was canceled by user",
    404: "The cloud file provider exited unexpectedly",
    426: "The cloud operation was not completed before the time-out period expired",
    1114: "A dynamic link library (DLL) initialization routine failed",
    1224: "The requested operation cannot be performed on a file with a user-mapped section open",
    1295: "The requested file operation failed because the storage quota was exceeded",
    1314: "A required privilege is not held by the client",
    1392: "The file or directory is corrupted and unreadable",
    1450: "Insufficient system resources exist to complete the requested service",
    1455: "The paging file is too small for this operation to complete",
}
"""Windows' English text of each code that can be injected, as `OSError.strerror` has it: without
the closing full stop. Source: learn.microsoft.com, System Error Codes, and winerror.h."""

_ERRNO: dict[int, int] = {
    **dict.fromkeys((2, 3, 53, 161, 206), errno.ENOENT),
    **dict.fromkeys((5, 16, 19, 21, 32, 33), errno.EACCES),
    8: errno.ENOMEM,
    17: errno.EXDEV,
    **dict.fromkeys((80, 183), errno.EEXIST),
    112: errno.ENOSPC,
    145: errno.ENOTEMPTY,
    193: errno.ENOEXEC,
    267: errno.ENOTDIR,
}
"""Source: CPython's PC/errmap.h, compared with what a Windows build of CPython 3.11 answers."""
# fmt: on


def errno_of(code: int) -> int:
    """Return the errno that Python on Windows gives to an error with this code.

    Args:
        code: A Windows error code; one without an errno of its own gives EINVAL, as on Windows.
    """
    return _ERRNO.get(code, errno.EINVAL)


class _AsOnWindowsError(OSError):
    """Gives an exception a `winerror`, with the matching text and pickling, on any system."""

    winerror: int

    def __str__(self) -> str:
        text = f"[WinError {self.winerror}] {self.strerror}"
        if self.filename is None:
            return text
        if self.filename2 is None:
            return f"{text}: {self.filename!r}"
        return f"{text}: {self.filename!r} -> {self.filename2!r}"

    def __reduce__(self) -> tuple[Any, ...]:
        # OSError's own pickling loses `winerror`, also on Windows.
        arguments = (self.winerror, self.filename, self.filename2, self.strerror)
        return (_rebuilt, arguments, self.__dict__ or None)


def _named_like(builtin: type[OSError]) -> type[_AsOnWindowsError]:
    """Make a subclass that looks like the builtin class in a traceback."""
    bases = (_AsOnWindowsError,) if builtin is OSError else (_AsOnWindowsError, builtin)
    namespace = {"__module__": "builtins", "__qualname__": builtin.__name__}
    return type(builtin.__name__, bases, namespace)


_CLASSES: dict[type[OSError], type[_AsOnWindowsError]] = {
    builtin: _named_like(builtin)
    for builtin in (
        OSError,
        PermissionError,
        FileNotFoundError,
        FileExistsError,
        NotADirectoryError,
    )
}

Name = str | bytes | None
"""A file's name as passed to the failed call."""


def windows_error(code: int, path: Name = None, path2: Name = None) -> OSError:
    """Make the exception that a system call on Windows raises with this code.

    Args:
        code: A Windows error code of `TEXTS`.
        path: The `filename`.
        path2: The `filename2`, for a rename.

    Returns:
        A `PermissionError`, `FileNotFoundError` or other `OSError` as Python would choose, with
        `winerror`, `errno`, `strerror`, `filename` and the text it has on Windows. It survives
        pickling.

    Raises:
        KeyError: The code is not in `TEXTS`.
    """
    return _rebuilt(code, path, path2, TEXTS[code])


def _rebuilt(code: int, path: Name, path2: Name, text: str) -> OSError:
    number, kind = _number_and_class(code)
    error = kind(number, text, path, code, path2)
    if getattr(error, "winerror", None) is None:  # POSIX drops the fourth argument
        error.winerror = code
    return error


@lru_cache(maxsize=256)
def _number_and_class(code: int) -> tuple[int, type[_AsOnWindowsError]]:
    number = errno_of(code)
    return number, _CLASSES[type(OSError(number, ""))]


def runtime_error(code: int, path: Name = None) -> OSError:
    """Make the exception that `open()` raises on Windows if the system's error has this code.

    Args:
        code: A Windows error code.
        path: The `filename`.

    Returns:
        An exception with `errno` and the C runtime's text; its `winerror` is `None`.
    """
    number = errno_of(code)
    error = OSError(number, os.strerror(number), path)
    if not hasattr(error, "winerror"):
        error.winerror = None  # type: ignore[attr-defined,unused-ignore]
    return error
