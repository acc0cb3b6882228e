"""Finds the folders of macOS clients that use Apple's File Provider, and of iCloud Drive.

Source: developer.apple.com, "File Provider"; support.apple.com for `~/Library/CloudStorage`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from winasr_doctor.machine.live.sync_roots.google_drive import STREAM
from winasr_doctor.machine.live.sync_roots.settings import SyncSettings
from winasr_doctor.machine.model import SyncRoot

PROVIDERS = {"GoogleDrive": "Google Drive", "ProtonDrive": "Proton Drive"}
"""Prefix of a folder's name, if it is not the provider's name."""


def find_cloud_storage(settings: SyncSettings) -> Iterable[SyncRoot]:
    """Find the folders in `~/Library/CloudStorage`, such as `OneDrive-Personal`."""
    folder = settings.home / "Library" / "CloudStorage"
    if settings.os == "darwin" and folder.is_dir():
        yield from _listed(settings, sorted(entry.name for entry in folder.iterdir()), str(folder))


def find_icloud(settings: SyncSettings) -> Iterable[SyncRoot]:
    """Find iCloud Drive."""
    folder = settings.home / "Library" / "Mobile Documents"
    if settings.os == "darwin" and folder.is_dir():
        yield from settings.root("iCloud Drive", str(folder), folder)


def _listed(settings: SyncSettings, names: Iterable[str], folder: str) -> Iterator[SyncRoot]:
    for name in names:
        if not name.startswith("."):
            head = name.partition("-")[0]
            provider = PROVIDERS.get(head, head)
            kind = STREAM if provider == "Google Drive" else None
            yield from settings.root(provider, f"{folder}/{name}", folder, kind)
