"""The file attribute that keeps Windows Search from reading a folder's files.

Source: learn.microsoft.com, "File Attribute Constants" and "SetFileAttributesW function": a new
file or folder inherits it from the folder it is made in.
"""

from __future__ import annotations

import os
import sys

from winasr_doctor.machine.model import FileAttribute

_MARK = FileAttribute.NOT_CONTENT_INDEXED


def is_indexed(folder: str) -> bool | None:
    """Return whether Windows Search may read a folder's files; `None` on other systems.

    Args:
        folder: The folder.

    Raises:
        OSError: The folder's attributes cannot be read.
    """
    attributes = getattr(os.stat(folder), "st_file_attributes", None)  # noqa: PTH116
    return None if attributes is None else not attributes & _MARK


def set_indexed(folder: str, *, indexed: bool) -> None:
    """Allow or forbid Windows Search to read a folder's files.

    Args:
        folder: The folder; its existing contents are not changed.
        indexed: Whether to allow it.

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
