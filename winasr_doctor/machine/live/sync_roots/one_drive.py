r"""Reads OneDrive's folders: personal, work or school, and synchronised SharePoint libraries.

Sources: learn.microsoft.com, "OneDrive sync app: configure" for the accounts; the other keys are
OneDrive's own, as files-community/Files reads them (`CloudDrivesDetector`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from winasr_doctor._util.paths import same
from winasr_doctor.machine.live.sync_roots.settings import SyncSettings, from_each
from winasr_doctor.machine.model import SyncRoot

PROVIDER = "OneDrive"
ENGINES = r"HKCU\Software\SyncEngines\Providers\OneDrive"
ACCOUNTS = r"HKCU\Software\Microsoft\OneDrive\Accounts"

LIBRARY_KINDS = {"personal": "personal", "mysite": "business", "teamsite": "sharepoint"}
"""`LibraryType` of a sync engine."""

VARIABLES = {
    "OneDriveConsumer": "personal",
    "OneDriveCommercial": "business",
    "OneDrive": None,
}
"""Environment variable and the kind of root it names. They remain after an account is unlinked."""


def find(settings: SyncSettings) -> Iterable[SyncRoot]:
    """Find the roots named by OneDrive's sync engines, accounts and environment variables."""
    yield from from_each((_engines, _accounts, _variables), lambda read: read(settings))


def _engines(settings: SyncSettings) -> Iterator[SyncRoot]:
    for name in settings.registry.subkeys(ENGINES):
        key = rf"{ENGINES}\{name}"
        values = settings.registry.values(key)
        library = str(values.get("LibraryType") or "").lower() or None
        kind = LIBRARY_KINDS.get(library, library) if library else None
        yield from settings.root(PROVIDER, values.get("MountPoint"), key, kind)


def _accounts(settings: SyncSettings) -> Iterator[SyncRoot]:
    for name in settings.registry.subkeys(ACCOUNTS):
        readers = (partial(_own, settings, name), partial(_shared, settings, name))
        yield from from_each(readers, lambda read: read())


def _own(settings: SyncSettings, account: str) -> Iterator[SyncRoot]:
    key = rf"{ACCOUNTS}\{account}"
    kind = "personal" if _is_personal(account) else "business"
    yield from settings.root(PROVIDER, settings.registry.values(key).get("UserFolder"), key, kind)


def _shared(settings: SyncSettings, account: str) -> Iterator[SyncRoot]:
    """Yield the libraries of other people or teams that an account also synchronises."""
    own = str(settings.registry.values(rf"{ACCOUNTS}\{account}").get("UserFolder") or "")
    cache = rf"{ACCOUNTS}\{account}\ScopeIdToMountPointPathCache"
    kind = "personal" if _is_personal(account) else "sharepoint"
    for path in settings.registry.values(cache).values():
        if isinstance(path, str) and not same(path, own, settings.os):
            yield from settings.root(PROVIDER, path, cache, kind)


def _is_personal(account: str) -> bool:
    return account.lower().startswith("personal")


def _variables(settings: SyncSettings) -> Iterator[SyncRoot]:
    for name, kind in VARIABLES.items():
        yield from settings.root(PROVIDER, settings.variable(name), f"%{name}%", kind)
