"""Reads Syncthing's folders from its `config.xml`.

Source: docs.syncthing.net, "Syncthing Configuration", also for the location of the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from winasr_doctor.machine.live.sync_roots.settings import SyncSettings, from_each, text
from winasr_doctor.machine.model import SyncRoot

PROVIDER = "Syncthing"


def find(settings: SyncSettings) -> Iterable[SyncRoot]:
    """Find the folders it synchronises, paused ones too."""
    yield from from_each(files(settings), lambda file: _read(settings, file))


def files(settings: SyncSettings) -> list[Path]:
    """Return the possible paths of the settings file, that of version 1.27 and newer first."""
    usual = {
        "windows": (settings.local / "Syncthing",),
        "darwin": (settings.home / "Library" / "Application Support" / "Syncthing",),
        "linux": (
            settings.folder("XDG_STATE_HOME", ".local", "state") / "syncthing",
            settings.folder("XDG_CONFIG_HOME", ".config") / "syncthing",
        ),
    }[settings.os]
    moved = (settings.variable(name) for name in ("STCONFDIR", "STHOMEDIR"))
    folders = [*(Path(folder) for folder in moved if folder), *usual]
    return [folder / "config.xml" for folder in folders]


def _read(settings: SyncSettings, file: Path) -> Iterator[SyncRoot]:
    from xml.etree import ElementTree as ET

    # Only directly below the root: the folder in <defaults> is a template.
    for folder in ET.fromstring(text(file)).findall("folder"):  # noqa: S314
        path = folder.get("path") or ""
        if path == "~" or path.startswith(("~/", "~\\")):
            path = str(settings.home) + path[1:]
        yield from settings.root(PROVIDER, path, file)
