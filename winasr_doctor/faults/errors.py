"""Makes the exceptions that Python raises on Windows, on any system.

Errors from system calls have a `winerror`. `open()` goes through the C runtime, which reports only
`errno` (so a file in use is `[Errno 13] Permission denied` there, without a WinError).
"""

from __future__ import annotations

import errno
import os
from functools import lru_cache
from typing import Any

from winasr_doctor.windows.errors import CODES


def errno_of(code: int) -> int:
    """Return the errno that Python on Windows gives to an error with this code.

    Args:
        code: A Windows error code; one without an errno of its own gives EINVAL, as on Windows.
    """
    entry = CODES.get(code)
    return errno.EINVAL if entry is None else entry.errno


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
        code: A Windows error code of `CODES`.
        path: The `filename`.
        path2: The `filename2`, for a rename.

    Returns:
        A `PermissionError`, `FileNotFoundError` or other `OSError` as Python would choose, with
        `winerror`, `errno`, `strerror`, `filename` and the text it has on Windows. It survives
        pickling.

    Raises:
        KeyError: The code is not in `CODES`.
    """
    return _rebuilt(code, path, path2, CODES[code].text)


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
