"""Where a path is, whatever the current folder, and whether it is really gone."""

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
        path: The path; one that is empty or cannot be made absolute comes back as it is.
    """
    if not path or "\0" in path:
        return path
    try:
        if os.name == "nt":
            return os.path.abspath(path)
        parts = os.path.join(os.getcwd(), path).split("/")
        parts = [part for part in parts if part not in {"", "."}]
        if ".." not in parts:
            return "/" + "/".join(parts)
        if parts[-1] == "..":
            return os.path.realpath(path)
        return os.path.join(os.path.realpath("/" + "/".join(parts[:-1])), parts[-1])
    except (OSError, ValueError):  # no current folder, or a name that the system does not have
        return path


def is_gone(path: str) -> bool:
    """Return whether there is nothing at a path.

    Unlike for `os.path.lexists`, an error is no answer: on Windows a file that is being deleted,
    or whose folder may not be read, is there but cannot be looked at.
    """
    try:
        os.lstat(path)
    except OSError as error:
        return classify(error).delete is DeleteClass.ALREADY_GONE
    except ValueError:  # no such name is possible
        return True
    return False


def is_seen_to_be_gone(path: str, identity: Identity, since: float = 0.0) -> bool:
    """Return whether the volume of a folder is there, and the folder is not.

    A drive or share that is not connected has nothing at a path either.

    Args:
        path: Where the folder was.
        identity: What it was.
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
    """Return whether the number of a volume has lost its meaning with a restart.

    On Linux, file systems without a drive (tmpfs, overlayfs, NFS) have numbers of major 0, which
    are given out anew at each mount. Source: Linux, Documentation/admin-guide/devices.txt.
    """
    if os.name != "posix" or os.major(device) != 0 or not since:
        return False
    import psutil

    return since < float(psutil.boot_time())
