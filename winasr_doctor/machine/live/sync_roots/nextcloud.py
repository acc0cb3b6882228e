r"""Reads the folders of Nextcloud and ownCloud from their Qt settings files.

Sources: docs.nextcloud.com, "Desktop client: configuration file"; doc.owncloud.com, the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from winasr_doctor.machine.live.sync_roots.settings import SyncSettings, from_each, text
from winasr_doctor.machine.model import SyncRoot

CLIENTS = (("Nextcloud", "nextcloud.cfg"), ("ownCloud", "owncloud.cfg"))
"""Each client's folder, which is also its name, and its settings file."""

_FOLDER = re.compile(
    r"^[^\[=\n]*folders[^\\\n]*\\[^\\=\n]+\\localPath\s*=(.*)$", re.IGNORECASE | re.MULTILINE
)
_ESCAPE = re.compile(r"\\x([0-9a-fA-F]{1,4})|\\(.)")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}


def find(settings: SyncSettings) -> Iterable[SyncRoot]:
    """Find the folders of both clients."""
    yield from from_each(files(settings), lambda named: _read(settings, *named))


def files(settings: SyncSettings) -> Iterator[tuple[str, Path]]:
    """Return the clients' settings files, each with the client's name."""
    bases = {
        "windows": (settings.roaming, settings.local),
        "darwin": (settings.home / "Library" / "Preferences",),
        "linux": (settings.folder("XDG_CONFIG_HOME", ".config"),),
    }[settings.os]
    for base in bases:
        for client, file in CLIENTS:
            yield client, base / client / file


def unescaped(value: str) -> str:
    r"""Decode a value of a Qt settings file.

    Source: doc.qt.io, "QSettings": `\xNNNN` for non-ASCII characters, quotes around special values.
    """

    def plain(match: re.Match[str]) -> str:
        if match[1]:
            return chr(int(match[1], 16))
        return _ESCAPED.get(match[2], match[2])

    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1]
    return _ESCAPE.sub(plain, value)


def _read(settings: SyncSettings, client: str, file: Path) -> Iterator[SyncRoot]:
    for match in _FOLDER.finditer(text(file)):
        yield from settings.root(client, unescaped(match[1]), file)
