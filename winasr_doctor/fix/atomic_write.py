"""Writes a file so that at any moment either the old or the new contents are complete."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from pathlib import Path

from winasr_doctor.locks import RetryPolicy


class WriteError(Exception):
    """The file was not written; the message is one sentence."""


def replace_file(path: str, data: bytes, *, expected: bytes | None) -> None:
    """Replace a file's contents and keep its permissions.

    The contents are written to a file beside it, which is then moved over it; a temporary lock is
    retried.

    Args:
        path: The file, links resolved.
        data: Its new contents.
        expected: The contents it must have now; `None` if it must not exist.

    Raises:
        WriteError: It has other contents, is read-only, or cannot be written.
    """
    refuse_if_odd(path, exists=expected is not None)
    try:
        handle, unfinished = tempfile.mkstemp(".tmp", f".{Path(path).name}.", Path(path).parent)
    except OSError as error:
        raise WriteError(f"{path} cannot be written: {_reason(error)}") from error
    try:
        with open(handle, "wb") as file:  # noqa: PTH123 - a descriptor
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if expected is None:
            Path(unfinished).chmod(0o666 & ~_umask())
        else:
            shutil.copymode(path, unfinished)
        _still_holds(path, expected)
        RetryPolicy().call(lambda: move(unfinished, path))
    except OSError as error:
        raise WriteError(f"{path} cannot be written: {_reason(error)}") from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            RetryPolicy().call(lambda: os.unlink(unfinished))  # noqa: PTH108 - as os.replace above


def refuse_if_odd(path: str, *, exists: bool) -> None:
    """Refuse a file that is protected, or that a move would separate from its other names.

    Raises:
        WriteError: It is read-only, has other names, or is not a plain file.
    """
    if not exists:
        return
    try:
        status = os.lstat(path)
    except OSError as error:
        raise WriteError(f"{path} cannot be looked at: {_reason(error)}") from error
    if not stat.S_ISREG(status.st_mode):
        raise WriteError(f"{path} is not a plain file")
    if not status.st_mode & stat.S_IWUSR:
        raise WriteError(f"{path} is read-only")
    if status.st_nlink > 1:
        raise WriteError(f"{path} has other names (hard links), which would keep the old contents")


def move(source: str | os.PathLike[str], target: str | os.PathLike[str]) -> None:
    """Move a file over another one, once.

    Raises:
        OSError: As `os.replace`, which tests make fail.
    """
    os.replace(source, target)  # noqa: PTH105


def read_bytes(path: str) -> bytes | None:
    """Return a file's contents; `None` if it does not exist.

    Raises:
        WriteError: It cannot be read.
    """
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise WriteError(f"{path} cannot be read: {_reason(error)}") from error


def _still_holds(path: str, expected: bytes | None) -> None:
    if read_bytes(path) != expected:
        raise WriteError(f"{path} was changed by something else in the meantime")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
