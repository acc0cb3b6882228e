r"""Reads the mirrored folders and streamed drives of Google Drive for desktop.

Its drive answers only while the client runs, and then slowly, so this code never touches it.
Sources: files-community/Files, `GoogleDriveCloudDetector`; DriveFS Sleuth for the columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from winasr_doctor.machine.live.sync_roots import sqlite
from winasr_doctor.machine.live.sync_roots.settings import SyncSettings, from_each
from winasr_doctor.machine.model import SyncRoot

PROVIDER = "Google Drive"
KEY = r"HKCU\Software\Google\DriveFS"
VALUE = "PerAccountPreferences"
DATABASE = "root_preference_sqlite.db"

STREAM = "stream"
"""The kind of a root that must not be touched."""

_STREAMED_ROOT = 2
"""`roots.sync_type`; 1 is a mirrored folder."""

_DRIVE_FS = 10
"""`media.fs_type` of Google's own drive."""


def find(settings: SyncSettings) -> Iterable[SyncRoot]:
    """Find mirrored folders and streamed drives, in the client's database and the registry."""
    yield from from_each((_roots, _media, _preferences), lambda read: read(settings))


def database(settings: SyncSettings) -> Path:
    """Return the path of the client's database."""
    base = {
        "windows": settings.local / "Google",
        "darwin": settings.home / "Library" / "Application Support" / "Google",
        "linux": settings.home / ".config" / "Google",  # no client exists, so neither does this
    }[settings.os]
    return base / "DriveFS" / DATABASE


def _roots(settings: SyncSettings) -> Iterator[SyncRoot]:
    file = database(settings)
    for row in sqlite.rows(file, "roots"):
        kind = STREAM if row.get("sync_type") == _STREAMED_ROOT else "mirror"
        yield from settings.root(PROVIDER, row.get("last_seen_absolute_path"), file, kind)


def _media(settings: SyncSettings) -> Iterator[SyncRoot]:
    file = database(settings)
    for row in sqlite.rows(file, "media"):
        if row.get("fs_type") == _DRIVE_FS:
            yield from _mounted(settings, row.get("last_mount_point"), file)


def _preferences(settings: SyncSettings) -> Iterator[SyncRoot]:
    import json

    preferences = settings.registry.values(KEY).get(VALUE)
    if not isinstance(preferences, str):
        return
    for account in json.loads(preferences).get("per_account_preferences", ()):
        mount = account.get("value", {}).get("mount_point_path")
        yield from _mounted(settings, mount, rf"{KEY}\{VALUE}")


def _mounted(settings: SyncSettings, mount: object, source: object) -> Iterator[SyncRoot]:
    r"""Yield a mount point, which may be just a drive letter.

    This is the mount point rather than `My Drive`, whose name is localised and beside which the
    shared drives lie.
    """
    if isinstance(mount, str) and len(mount) == 1:
        mount = f"{mount.upper()}:\\"
    yield from settings.root(PROVIDER, mount, source, STREAM)
