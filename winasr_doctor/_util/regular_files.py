"""Reads paths that may be anything: a pipe without a writer, an endless device, a folder."""

from __future__ import annotations

import errno
import os
import stat
from typing import BinaryIO

_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_NOT_BLOCKING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
"""Opening a named pipe waits for a writer otherwise. Source: open(2), fifo(7)."""

_KINDS = (
    (stat.S_ISDIR, "it is a folder"),
    (stat.S_ISFIFO, "it is a pipe, not a file"),
    (stat.S_ISSOCK, "it is a socket, not a file"),
    (stat.S_ISCHR, "it is a device, not a file"),
    (stat.S_ISBLK, "it is a device, not a file"),
)


class NotRegularError(OSError):
    """The path does not lead to a regular file; `strerror` is the reason."""


class TooLargeError(OSError):
    """The file is larger than its reader allows; `strerror` is the reason."""


def open_regular(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a regular file for reading without ever blocking.

    Args:
        path: The file; links are followed.

    Raises:
        NotRegularError: It is a pipe, a socket, a device or a folder, or the path has a null
            character.
        OSError: It cannot be opened.
    """
    try:
        _refuse_others(os.stat(path).st_mode)  # noqa: PTH116 - takes a path of any kind
        file = open(os.open(path, _READ | _NOT_BLOCKING), "rb")  # noqa: PTH123, SIM115
    except ValueError as error:
        raise NotRegularError(errno.EINVAL, str(error)) from error
    try:
        _refuse_others(os.fstat(file.fileno()).st_mode)  # what it is now
    except OSError:
        file.close()
        raise
    return file


def read_regular(path: str | os.PathLike[str], most: int) -> bytes:
    """Read a regular file; see `open_regular`.

    Args:
        path: The file.
        most: The largest allowed size, in bytes.

    Raises:
        TooLargeError: It is larger.
        OSError: It cannot be read; see `open_regular`.
    """
    with open_regular(path) as file:
        document = file.read(most + 1)
    if len(document) > most:
        raise TooLargeError(errno.EFBIG, f"it is larger than {_size(most)}")
    return document


def read_start(path: str | os.PathLike[str], most: int) -> bytes:
    """Read at most `most` bytes from the start of a regular file; see `open_regular`."""
    with open_regular(path) as file:
        return file.read(most)


def _refuse_others(mode: int) -> None:
    if stat.S_ISREG(mode):
        return
    for is_kind, reason in _KINDS:
        if is_kind(mode):
            raise NotRegularError(errno.EINVAL, reason)
    raise NotRegularError(errno.EINVAL, "it is not a regular file")


def _size(number: int) -> str:
    for unit, name in ((1024**2, "MiB"), (10**6, "MB"), (1024, "KiB")):
        if number >= unit and number % unit == 0:
            return f"{number // unit} {name}"
    return f"{number} bytes"
