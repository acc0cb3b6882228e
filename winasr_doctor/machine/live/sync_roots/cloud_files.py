r"""Reads the roots of clients that use Windows' Cloud Files: OneDrive, Dropbox, iCloud, Box ...

Source: learn.microsoft.com, "Integrate a cloud storage provider", and "Build a cloud sync engine
that supports placeholder files".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from winasr_doctor.machine.live.sync_roots.settings import SyncSettings, from_each
from winasr_doctor.machine.model import SyncRoot

KEY = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Explorer\SyncRootManager"

PROVIDERS = (
    ("onedrive", "OneDrive"),
    ("icloudphotos", "iCloud Photos"),
    ("icloud", "iCloud Drive"),
    ("dropbox", "Dropbox"),
    ("boxcryptor", "Boxcryptor"),
    ("box", "Box"),
    ("nextcloud", "Nextcloud"),
    ("owncloud", "ownCloud"),
    ("synology", "Synology Drive"),
    ("mega", "MEGA"),
    ("proton", "Proton Drive"),
)
"""Prefix of a provider's identifier, and its name. Others keep the name they registered."""

ONE_DRIVE_KINDS = (("personal", "personal"), ("business", "business"))
"""Prefix of the account's name, and the kind of root."""


def find(settings: SyncSettings) -> Iterable[SyncRoot]:
    """Find the roots that were registered for this user."""
    if settings.os == "windows":
        identifiers = from_each((KEY,), settings.registry.subkeys)
        yield from from_each(identifiers, lambda identifier: _read(settings, identifier))


def _read(settings: SyncSettings, identifier: str) -> Iterator[SyncRoot]:
    key = rf"{KEY}\{identifier}"
    provider, _, account = identifier.partition("!")
    named = settings.registry.values(key).get("DisplayNameResource")
    for sid, path in settings.registry.values(rf"{key}\UserSyncRoots").items():
        if settings.sid is None or sid.upper() == settings.sid.upper():
            name = _name(provider, named)
            # The account's part of the key is left out of the source: it may be a name.
            source = rf"{KEY}\{provider}"
            yield from settings.root(name, path, source, _kind(name, account))


def _name(provider: str, registered: object) -> str:
    """Return a provider's name; a registered one may refer to a text (`@file,-1`)."""
    known = next((name for head, name in PROVIDERS if provider.lower().startswith(head)), None)
    if known is None and isinstance(registered, str) and not registered.startswith("@"):
        known = registered.strip()
    return known or provider


def _kind(provider: str, account: str) -> str | None:
    if provider != "OneDrive":
        return None
    name = account.rpartition("!")[2].lower()
    return next((kind for head, kind in ONE_DRIVE_KINDS if name.startswith(head)), None)
