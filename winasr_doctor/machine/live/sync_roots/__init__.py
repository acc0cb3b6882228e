"""Reads the folders that cloud clients synchronise: one module per client, one table."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from winasr_doctor._util.paths import is_inside, segments
from winasr_doctor._util.workers import side_by_side
from winasr_doctor.machine.live.folders import resolve
from winasr_doctor.machine.live.registry import WINDOWS_REGISTRY, Registry
from winasr_doctor.machine.live.sync_roots import (
    box,
    cloud_files,
    dropbox,
    explorer_folders,
    google_drive,
    mac,
    nextcloud,
    one_drive,
    syncthing,
    synology,
)
from winasr_doctor.machine.live.sync_roots.settings import SyncSettings
from winasr_doctor.machine.live.system import OS, this_os
from winasr_doctor.machine.model import SyncRoot, SyncRoots
from winasr_doctor.windows import win32

if TYPE_CHECKING:
    from winasr_doctor.machine.live.machine import LiveMachine

Find = Callable[[SyncSettings], Iterable[SyncRoot]]
Look = Callable[[str], tuple[bool, str | None]]
"""Returns whether a folder exists, and its path with links and short names resolved."""

CLIENTS: Sequence[tuple[str, Find]] = (
    ("OneDrive", one_drive.find),
    ("Dropbox", dropbox.find),
    ("Google Drive", google_drive.find),
    ("Box", box.find),
    ("Synology Drive", synology.find),
    ("Nextcloud", nextcloud.find),
    ("Syncthing", syncthing.find),
    ("iCloud Drive", mac.find_icloud),
    ("CloudStorage", mac.find_cloud_storage),
    ("Windows Cloud Files", cloud_files.find),
    ("Explorer's folders", explorer_folders.find),
)
"""The readers, most reliable first: if two name the same folder, the first one counts."""

PATIENCE = 3.0
"""Seconds that examining a root may take; one on a dead network drive takes far longer."""


def read(
    _host: LiveMachine | None = None,
    *,
    os: OS | None = None,
    registry: Registry = WINDOWS_REGISTRY,
    environment: Mapping[str, str] | None = None,
    home: Path | None = None,
    sid: str | None = None,
    clients: Sequence[tuple[str, Find]] = CLIENTS,
    look: Look | None = None,
) -> SyncRoots:
    """Read every client's sync roots; a client that cannot be read is named in `unread`.

    Args:
        os: The system; by default this one.
        registry: Where Windows clients keep their settings.
        environment: The environment variables; by default this process's.
        home: The user's folder; by default this user's.
        sid: The user's security identifier; on Windows by default this user's.
        clients: The readers to use.
        look: How to examine a root.
    """
    settings = _settings(os or this_os(), registry, environment, home, sid)
    found: list[SyncRoot] = []
    unread: dict[str, str] = {}
    for client, find in clients:
        try:
            found.extend(find(settings))  # what was found before an error is kept
        except Exception as error:  # noqa: BLE001 - one client must not hide the others
            unread[client] = f"{type(error).__name__}: {error}"
    roots = distinct(found, settings.os)
    return SyncRoots(items=tuple(_looked_at(roots, settings.os, look or _look)), unread=unread)


def distinct(roots: Iterable[SyncRoot], os: OS) -> list[SyncRoot]:
    """Return one root per folder: the first with a known kind, else the first.

    Args:
        roots: The roots, from the most reliable reader first.
        os: The system whose paths these are.
    """
    kept: dict[tuple[str, ...], SyncRoot] = {}
    for root in roots:
        key = segments(root.path, os)
        known = kept.get(key)
        if known is None or (known.kind is None and root.kind is not None):
            kept[key] = root
    return list(kept.values())


def _settings(
    os_name: OS,
    registry: Registry,
    environment: Mapping[str, str] | None,
    home: Path | None,
    sid: str | None,
) -> SyncSettings:
    if sid is None and this_os() == "windows":
        sid = win32.user_sid()
    variables = os.environ if environment is None else environment
    return SyncSettings(os_name, registry, variables, home or _home(), sid)


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # a service account without a profile
        return Path("~")


def _looked_at(roots: Sequence[SyncRoot], os: OS, look: Look) -> Iterator[SyncRoot]:
    """Add details of each root, except on a streamed drive, which may block for a long time."""
    streams = [root.path for root in roots if root.kind == google_drive.STREAM]
    safe = [
        root.path for root in roots if not any(is_inside(root.path, path, os) for path in streams)
    ]

    def carefully(path: str) -> tuple[bool, str | None] | None:
        try:
            return look(path)
        except (OSError, ValueError):
            return None

    looks = dict(zip(safe, side_by_side(carefully, safe, PATIENCE), strict=True))
    for root in roots:
        seen = looks.get(root.path)
        if seen is None:
            yield root
        else:
            exists, resolved = seen
            yield replace(root, exists=exists, resolved=resolved)


def _look(path: str) -> tuple[bool, str | None]:
    exists = Path(path).is_dir()
    return exists, resolve(path) if exists else None
