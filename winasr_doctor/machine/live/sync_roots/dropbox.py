"""Reads Dropbox's folders from its `info.json`.

Source: help.dropbox.com, "Find the Dropbox folder paths programmatically"; the Microsoft Store
build's copy: files-community/Files, `DropBoxCloudDetector`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from winasr_doctor.machine.live.sync_roots.settings import SyncSettings, from_each, text
from winasr_doctor.machine.model import SyncRoot

PROVIDER = "Dropbox"
STORE = "Packages/DropboxInc.Dropbox_*/LocalCache/Local/Dropbox/info.json"


def find(settings: SyncSettings) -> Iterable[SyncRoot]:
    """Find the personal and the business folder."""
    yield from from_each(files(settings), lambda file: _read(settings, file))


def files(settings: SyncSettings) -> list[Path]:
    """Return the possible paths of `info.json`; of the Store build's, the newest comes first."""
    if settings.os != "windows":
        return [settings.home / ".dropbox" / "info.json"]
    store = sorted(settings.local.glob(STORE), key=_written, reverse=True)
    return [
        *(base / "Dropbox" / "info.json" for base in (settings.roaming, settings.local)),
        *store,
    ]


def _written(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def _read(settings: SyncSettings, file: Path) -> Iterator[SyncRoot]:
    import json

    for kind, account in json.loads(text(file)).items():
        if isinstance(account, dict):
            yield from settings.root(PROVIDER, account.get("path"), file, kind)
