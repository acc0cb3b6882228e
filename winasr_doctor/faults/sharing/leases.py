"""Asks Linux whether anybody at all has a file open, at a cost that does not grow with anything."""

from __future__ import annotations

import os
import stat
import sys
from signal import Signals

if sys.platform == "linux":
    from fcntl import F_SETLEASE, F_SETSIG, F_WRLCK, fcntl

_URGENT = int(getattr(Signals, "SIGURG", 0))
_LOOK = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
_open, _close = os.open, os.close  # bound early: these calls must not be emulated, too


def is_free(path: str, status: os.stat_result) -> bool:
    """Return whether it is certain that no process has a file open or mapped.

    Linux grants a write lease only if there is no other open descriptor for the file (fcntl(2),
    F_SETLEASE), in any process. A memory map keeps its file open, too. The lease ends at once.

    Args:
        path: The file.
        status: From `os.lstat`.

    Returns:
        False also if the file system or the account has no leases, or for anything but a file.
    """
    if sys.platform != "linux" or not stat.S_ISREG(status.st_mode):
        return False
    try:
        descriptor = _open(path, _LOOK)
    except OSError:
        return False
    try:
        # Who opens the file at this very moment waits for us, and we get a signal, by default one
        # that ends the process: let it be one that is ignored by default.
        fcntl(descriptor, F_SETSIG, _URGENT)
        fcntl(descriptor, F_SETLEASE, F_WRLCK)
    except OSError:
        return False
    finally:
        _close(descriptor)
    return True
