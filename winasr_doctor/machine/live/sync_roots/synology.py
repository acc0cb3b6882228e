"""Reads the folders of Synology Drive Client from its database of sync and backup tasks.

Source: files-community/Files, `SynologyDriveCloudDetector`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from winasr_doctor.machine.live.sync_roots import sqlite
from winasr_doctor.machine.live.sync_roots.settings import SyncSettings, from_each
from winasr_doctor.machine.model import SyncRoot

PROVIDER = "Synology Drive"

_SYNC_TASK = 1
"""`connection_table.conn_type`; 2 is a backup task, which does not write to the folder."""


def find(settings: SyncSettings) -> Iterable[SyncRoot]:
    """Find the folders of sync tasks."""
    yield from from_each((database(settings),), lambda file: _read(settings, file))


def database(settings: SyncSettings) -> Path:
    """Return the path of the client's database."""
    base = {
        "windows": settings.local / "SynologyDrive",
        "darwin": settings.home / "Library" / "Application Support" / "SynologyDrive",
        "linux": settings.home / ".SynologyDrive",
    }[settings.os]
    return base / "data" / "db" / "sys.sqlite"


def _read(settings: SyncSettings, file: Path) -> Iterable[SyncRoot]:
    connections = sqlite.rows(file, "connection_table")
    syncing = {row.get("id") for row in connections if row.get("conn_type") == _SYNC_TASK}
    for session in sqlite.rows(file, "session_table"):
        if session.get("conn_id") in syncing:
            yield from settings.root(PROVIDER, session.get("sync_folder"), file)
