"""Identifies a file or folder, so that it is recognised later and not confused with another."""

from __future__ import annotations

import os
import stat
import struct
import sys
from typing import Any, NamedTuple

_REPARSE_POINT = 0x400
"""`FILE_ATTRIBUTE_REPARSE_POINT`: a link, a junction, a cloud placeholder."""

_NAME_SURROGATE = 0x2000_0000
"""The bit of a reparse tag that is set if the file stands for another one: for links and junctions,
but not for cloud placeholders. Source: `IsReparseTagNameSurrogate`, ntifs.h."""


class Identity(NamedTuple):
    """What identifies a file or folder.

    Attributes:
        device: The volume.
        inode: Its number there; a number may be used again once its file is deleted.
        kind: `file`, `folder` or `other` (links and junctions too).
        born: When it was created, in nanoseconds; 0 if the file system does not record it.
        size: Bytes of a file.
        modified: When a file was last written, in nanoseconds; for a folder only if `born` is
            unknown.
    """

    device: int
    inode: int
    kind: str
    born: int
    size: int = 0
    modified: int = 0


def identify(path: str, dir_fd: int | None = None) -> Identity:
    """Return the current identity of a path; a link is not followed.

    Args:
        path: The path.
        dir_fd: The open folder that a relative path starts from, where the system supports it.

    Raises:
        OSError: It cannot be examined, or does not exist.
        ValueError: The name is invalid.
    """
    status = os.lstat(path) if dir_fd is None else os.lstat(path, dir_fd=dir_fd)
    start = _AT_FDCWD if dir_fd is None else dir_fd
    return _identity(status, start, path)


class PathLook(NamedTuple):
    """What a path was when it was examined, and the data that shows whether it is still the same.

    Attributes:
        identity: The identity it had.
        stamp: Volume, number, mode and the time of the last change of any kind.
    """

    identity: Identity
    stamp: tuple[int, int, int, int]


def look_again(path: str, before: PathLook | None) -> PathLook:
    """Return the current identity of a path, with one system call if nothing has changed.

    Args:
        path: The path.
        before: The result of the last look.

    Raises:
        OSError: It cannot be examined, or does not exist.
        ValueError: The name is invalid.
    """
    status = os.lstat(path)
    stamp = (status.st_dev, status.st_ino, status.st_mode, status.st_ctime_ns)
    if before is not None and stamp == before.stamp:
        return before
    return PathLook(_identity(status, _AT_FDCWD, path), stamp)


def identify_open(descriptor: int) -> Identity:
    """Return the identity of an open file or folder.

    Args:
        descriptor: The descriptor of the file or folder.

    Raises:
        OSError: It cannot be examined.
    """
    return _identity(os.fstat(descriptor), descriptor, "")


def _identity(status: os.stat_result, start: int, path: str) -> Identity:
    kind = _kind(status)
    born = _born(status, start, path)
    is_file = kind == "file"
    size = status.st_size if is_file else 0
    modified = status.st_mtime_ns if is_file or not born else 0
    return Identity(status.st_dev, status.st_ino, kind, born, size, modified)


def same_folder(now: Identity, then: Identity) -> bool:
    """Return whether two identities belong to the same folder, whose contents may have changed."""
    return now[:-1] == then[:-1]  # `modified` is the last of them


def is_folder(status: os.stat_result) -> bool:
    """Return whether `os.lstat` found a folder, and not a link or a junction to one."""
    if not stat.S_ISDIR(status.st_mode):
        return False
    if not getattr(status, "st_file_attributes", 0) & _REPARSE_POINT:
        return True
    return not getattr(status, "st_reparse_tag", _NAME_SURROGATE) & _NAME_SURROGATE


def _kind(status: os.stat_result) -> str:
    if is_folder(status):
        return "folder"
    if getattr(status, "st_file_attributes", 0) & _REPARSE_POINT:
        return "other"
    return "file" if stat.S_ISREG(status.st_mode) else "other"


def _born(status: os.stat_result, start: int, path: str) -> int:
    if sys.platform == "linux":
        return _statx_born(start, path)
    nanoseconds = getattr(status, "st_birthtime_ns", None)  # Windows, Python 3.12 and newer
    if nanoseconds is not None:
        return int(nanoseconds)
    if sys.platform == "win32":
        return status.st_ctime_ns  # the time of creation: docs.python.org, os.stat_result
    seconds = getattr(status, "st_birthtime", None)  # macOS
    return 0 if seconds is None else int(seconds * 1e9)


_AT_FDCWD, _AT_SYMLINK_NOFOLLOW, _AT_EMPTY_PATH = -100, 0x100, 0x1000
_STATX_BTIME = 0x800
_STATX_SIZE = 256
_MASK_AND_BTIME = struct.Struct("=I76xqI")
"""statx(2): the structure's size; the mask at its start and the birth time at 80."""

_statx: Any = None
"""The function and the type of its buffer, once looked up; empty if there is no such function."""


def _statx_born(start: int, path: str) -> int:
    """Ask Linux's `statx`, which `os` offers from Python 3.15 only."""
    global _statx  # noqa: PLW0603 - the library is looked up once
    if _statx is None:
        _statx = _find_statx()
    if not _statx:
        return 0
    statx, new_buffer = _statx
    buffer = new_buffer()
    name = os.fsencode(path)
    flags = _AT_SYMLINK_NOFOLLOW if name else _AT_EMPTY_PATH
    if statx(start, name, flags, _STATX_BTIME, buffer) != 0:
        return 0
    mask, seconds, rest = _MASK_AND_BTIME.unpack_from(buffer)
    return seconds * 1_000_000_000 + rest if mask & _STATX_BTIME else 0


def _find_statx() -> Any:  # noqa: ANN401 - a function of C
    import ctypes

    try:
        return ctypes.CDLL(None).statx, ctypes.c_char * _STATX_SIZE
    except (AttributeError, OSError):
        return ()
