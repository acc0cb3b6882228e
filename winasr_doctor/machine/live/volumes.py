"""Reads the drives that hold the places."""

from __future__ import annotations

import ntpath
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from winasr_doctor._util.workers import side_by_side
from winasr_doctor.machine.live.folders import substituted_for
from winasr_doctor.machine.live.system import this_os
from winasr_doctor.machine.model import Volume, Volumes
from winasr_doctor.windows import win32
from winasr_doctor.windows.win32 import DriveType

if TYPE_CHECKING:
    from winasr_doctor.machine.live.machine import LiveMachine

FILE_SYSTEMS: dict[str, DriveType] = {
    **dict.fromkeys(
        (
            "nfs",
            "nfs4",
            "cifs",
            "smbfs",
            "smb3",
            "afpfs",
            "webdav",
            "davfs",
            "9p",
            "ceph",
            "fuse.sshfs",
            "fuse.glusterfs",
            "lustre",
            "beegfs",
        ),
        "network",
    ),
    **dict.fromkeys(("tmpfs", "ramfs"), "ram"),
    **dict.fromkeys(("iso9660", "udf", "cd9660"), "optical"),
}
"""File systems that show, off Windows, what kind of drive it is; any other counts as fixed. Source:
Linux's Documentation/filesystems, macOS's mount(8).
"""

DEV_DRIVE_FILE_SYSTEM = "ReFS"
"""A Dev Drive is always ReFS. Source: learn.microsoft.com, "Set up a Dev Drive"."""


class _Space(NamedTuple):
    total: int | None
    free: int | None


def read(host: LiveMachine) -> Volumes:
    """Read the drives of all places in parallel: a dead network drive answers late."""
    roots = list(dict.fromkeys(place.volume for place in host.places.items if place.volume))
    if this_os() == "windows":
        seen = side_by_side(windows, roots, host.timeout / 2)
    else:
        kinds = _mounted()
        seen = side_by_side(lambda root: posix(root, kinds.get(root)), roots, host.timeout / 2)
    return Volumes(
        items=tuple(
            volume or Volume(root=root, drive_type="unknown")
            for root, volume in zip(roots, seen, strict=True)
        )
    )


def windows(root: str) -> Volume:
    r"""Describe a Windows volume; unknown values stay `None`.

    Args:
        root: `C:\`, a share, or a folder where a volume is mounted.
    """
    space = _space(root)
    file_system = win32.file_system(root)
    dev_drive = win32.dev_drive(root) if file_system == DEV_DRIVE_FILE_SYSTEM else None
    if file_system is not None and file_system != DEV_DRIVE_FILE_SYSTEM:
        dev_drive = (False, False)
    return Volume(
        root=root,
        drive_type=_drive_type(root),
        filesystem=file_system,
        total=space.total,
        free=space.free,
        substituted_for=substituted_for(root[:2]),
        dev_drive=dev_drive[0] if dev_drive else None,
        dev_drive_trusted=dev_drive[1] if dev_drive else None,
    )


def posix(root: str, file_system: str | None) -> Volume:
    """Describe a mounted file system.

    Args:
        root: The mount point.
        file_system: Its type, such as `ext4`, if known.
    """
    space = _space(root)
    return Volume(
        root=root,
        drive_type=FILE_SYSTEMS.get(file_system or "", "fixed" if file_system else "unknown"),
        filesystem=file_system,
        total=space.total,
        free=space.free,
    )


def root_of(path: str, resolved: str | None) -> str | None:
    """Return the root of the volume that holds a path.

    On Windows a substituted or mapped drive keeps its letter, because users know it by that. For a
    junction or a mount folder, it is the volume that actually holds the data.

    Args:
        path: The path as configured.
        resolved: The path with links resolved, if that was possible.
    """
    if this_os() != "windows":
        return _mount_point(resolved or str(Path(path).absolute()))
    drive = drive_of(path)
    if drive and (substituted_for(drive[:2]) or _drive_type(drive) == "network"):
        return drive
    real = resolved or path
    return win32.volume_root(real) or drive_of(real)


def drive_of(path: str) -> str | None:
    r"""Return the drive (`C:\`) or share of a Windows path, from its text alone."""
    if this_os() != "windows":
        return None
    drive = ntpath.splitdrive(path)[0] or ntpath.splitdrive(Path.cwd())[0]
    return f"{drive.upper() if drive[1:] == ':' else drive}\\"


def _drive_type(root: str) -> DriveType:
    """Return a drive's kind; a share counts as a network drive even if it does not answer."""
    share = root.startswith("\\\\") and not root.startswith("\\\\?\\")
    return "network" if share else win32.drive_type(root)


def _mount_point(path: str) -> str:
    folder = Path(path)
    while not os.path.ismount(folder) and folder != folder.parent:
        folder = folder.parent
    return str(folder)


def _mounted() -> dict[str, str]:
    """Return mount points and their file systems; the last one mounted at a point counts."""
    import psutil

    try:
        return {part.mountpoint: part.fstype for part in psutil.disk_partitions(all=True)}
    except (psutil.Error, OSError):  # psutil lets a bare OSError through
        return {}


def _space(root: str) -> _Space:
    try:
        usage = shutil.disk_usage(root)
    except OSError:
        return _Space(None, None)
    return _Space(usage.total, usage.free)
