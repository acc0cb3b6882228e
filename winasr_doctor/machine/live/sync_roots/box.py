"""Reads the folders of Box Drive and its predecessor Box Sync from their text files.

Source: files-community/Files, `BoxCloudDetector`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from winasr_doctor.machine.live.sync_roots.settings import SyncSettings, from_each, text
from winasr_doctor.machine.model import SyncRoot

PROVIDER = "Box"
FILES = ("Box/Box/data/shell/sync_root_folder.txt", "Box Sync/sync_root_folder.txt")


def find(settings: SyncSettings) -> Iterable[SyncRoot]:
    """Find the folder of Box Drive and that of Box Sync."""
    if settings.os == "windows":
        files = (settings.local / file for file in FILES)
        yield from from_each(files, lambda file: _read(settings, file))


def _read(settings: SyncSettings, file: Path) -> Iterator[SyncRoot]:
    yield from settings.root(PROVIDER, text(file).strip("\0\r\n\t "), file)
