r"""Reads the folders that clients pinned to Explorer's navigation pane: iCloud, MEGA and others.

Source: learn.microsoft.com, "Integrate a cloud storage provider", which describes these keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from winasr_doctor.machine.live.registry import expanded
from winasr_doctor.machine.live.sync_roots.cloud_files import PROVIDERS
from winasr_doctor.machine.live.sync_roots.settings import SyncSettings, from_each
from winasr_doctor.machine.model import SyncRoot

KEY = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Desktop\NameSpace"
CLASSES = (r"HKCU\Software\Classes\CLSID", r"HKCR\CLSID")
PINNED = "System.IsPinnedToNameSpaceTree"


def find(settings: SyncSettings) -> Iterable[SyncRoot]:
    """Find pinned folders that stand for a folder on disk."""
    if settings.os == "windows":
        identifiers = from_each((KEY,), settings.registry.subkeys)
        classes = (rf"{base}\{identifier}" for identifier in identifiers for base in CLASSES)
        yield from from_each(classes, lambda key: _read(settings, key))


def _read(settings: SyncSettings, key: str) -> Iterator[SyncRoot]:
    described = settings.registry.values(key)
    if described.get(PINNED) != 1:
        return
    bag = settings.registry.values(rf"{key}\Instance\InitPropertyBag")
    path = expanded(str(bag.get("TargetFolderPath") or ""), settings.environment)
    yield from settings.root(_name(str(described.get("") or "")), path, key)


def _name(registered: str) -> str:
    head = registered.replace(" ", "").lower()
    known = (name for start, name in PROVIDERS if head.startswith(start))
    return next(known, registered or "an Explorer extension")
