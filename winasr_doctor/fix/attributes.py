"""The attribute that keeps Windows Search from reading a folder's files.

Source: learn.microsoft.com, "File Attribute Constants" and "SetFileAttributesW function": a new
file or folder takes it over from the folder it is made in.
"""

from __future__ import annotations

import os
import sys

from winasr_doctor.machine.model import FileAttribute

_MARK = int(FileAttribute.NOT_CONTENT_INDEXED)


def is_indexed(folder: str) -> bool | None:
    """Tell whether Windows Search may read a folder's files; `None` where there is no such thing.

    Args:
        folder: The folder.

    Raises:
        OSError: It cannot be looked at.
    """
    attributes = getattr(os.stat(folder), "st_file_attributes", None)  # noqa: PTH116
    return None if attributes is None else not attributes & _MARK


def set_indexed(folder: str, *, indexed: bool) -> None:
    """Let Windows Search read a folder's files, or not.

    Args:
        folder: The folder; what is in it already stays as it is.
        indexed: Whether it may.

    Raises:
        OSError: Windows refuses.
        NotImplementedError: This is not Windows.
    """
    if sys.platform != "win32":
        raise NotImplementedError("only Windows marks folders as not indexed")
    import ctypes

    now = getattr(os.stat(folder), "st_file_attributes", 0)  # noqa: PTH116
    wanted = now & ~_MARK if indexed else now | _MARK
    kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    if not kernel32.SetFileAttributesW(folder, wanted):
        raise ctypes.WinError(ctypes.get_last_error())
