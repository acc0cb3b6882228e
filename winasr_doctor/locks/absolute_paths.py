"""Makes paths absolute, and checks whether what was at a path is really gone."""

from __future__ import annotations

import os

from winasr_doctor.locks.identity import Identity
from winasr_doctor.windows.errors import DeleteClass, classify


def absolute(path: str) -> str:
    """Return a path that means the same folder from every current folder.

    A last `/` or `/.` is dropped: with it, a link would stand for the folder that it leads to.
    `..` after a link means the parent of the link's target on POSIX, so it is resolved there; on
    Windows it is text (learn.microsoft.com, `GetFullPathNameW`).

    Args:
        path: The path; an empty one, or one that cannot be made absolute, is returned unchanged.
    """
    if not path or "\0" in path:
        return path
    try:
        if os.name == "nt":
            return os.path.abspath(path)
        start = "" if path.startswith("/") else os.getcwd()
        parts = os.path.join(start, path).split("/")
        parts = [part for part in parts if part not in {"", "."}]
        if ".." not in parts:
            return "/" + "/".join(parts)
        if parts[-1] == "..":
            return os.path.realpath(path)
        return os.path.join(os.path.realpath("/" + "/".join(parts[:-1])), parts[-1])
    except (OSError, ValueError):  # no current folder, or an invalid name
        return path


def is_gone(path: str) -> bool:
    """Return whether there is nothing at a path.

    Unlike `os.path.lexists`, this does not take an error for absence: on Windows, a file
    with a pending deletion or in an unreadable folder exists but cannot be examined.
    """
    try:
        os.lstat(path)
    except OSError as error:
        return classify(error).delete is DeleteClass.ALREADY_GONE
    except ValueError:  # the name is invalid
        return True
    return False


def is_seen_to_be_gone(path: str, identity: Identity, since: float = 0.0) -> bool:
    """Return whether a folder is missing although its volume is connected.

    If the drive or share is not connected, a missing folder proves nothing.

    Args:
        path: Where the folder was.
        identity: The identity it had.
        since: When that was read, or earlier, in seconds since 1970; 0 if that is not known.
    """
    if not is_gone(path):
        return False
    above = os.path.dirname(path)
    while is_gone(above) and above != os.path.dirname(above):
        above = os.path.dirname(above)
    try:
        device = os.stat(above).st_dev
    except (OSError, ValueError):
        return False
    return device == identity.device or _is_renumbered(identity.device, since)


def _is_renumbered(device: int, since: float) -> bool:
    """Return whether a restart may have given a volume another number.

    On Linux, file systems without a drive (tmpfs, overlayfs, NFS) have numbers of major 0, which
    change with each mount. Source: Linux, Documentation/admin-guide/devices.txt.
    """
    if os.name != "posix" or os.major(device) != 0 or not since:
        return False
    import psutil

    return since < float(psutil.boot_time())
