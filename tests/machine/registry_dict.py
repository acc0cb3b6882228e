"""A registry made of dictionaries."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Mapping

from winasr_doctor.machine.live.registry import missing_key


class RegistryDict:
    r"""A registry made of dictionaries.

        RegistryDict({r"HKCU\Software\Dropbox": {"InstallPath": r"C:\Dropbox"}})

    The keys above a given key exist, without values. Both views are the same.
    """

    def __init__(
        self, keys: Mapping[str, Mapping[str, object]], *, denied: Iterable[str] = ()
    ) -> None:
        """Fill the registry.

        Args:
            keys: The full path of each key, and its values by name.
            denied: Keys that may not be read, and neither may anything below them.
        """
        self._values = {_folded(key): dict(values) for key, values in keys.items()}
        self._denied = tuple(_folded(key) for key in denied)
        self._subkeys: dict[tuple[str, ...], dict[str, str]] = {}
        for key in keys:
            names = key.split("\\")
            for depth in range(1, len(names)):
                above = _folded("\\".join(names[:depth]))
                self._subkeys.setdefault(above, {})[names[depth].casefold()] = names[depth]

    def values(self, key: str, *, view: int = 64) -> dict[str, object]:
        """Return a key's values; see `Registry.values`."""
        return dict(self._values.get(self._readable(key), {}))

    def subkeys(self, key: str, *, view: int = 64) -> list[str]:
        """Return the names of a key's subkeys; see `Registry.subkeys`."""
        return list(self._subkeys.get(self._readable(key), {}).values())

    def _readable(self, key: str) -> tuple[str, ...]:
        folded = _folded(key)
        if any(folded[: len(denied)] == denied for denied in self._denied):
            raise PermissionError(errno.EACCES, "Access is denied", key)
        if folded not in self._values and folded not in self._subkeys:
            raise missing_key(key)
        return folded


def _folded(key: str) -> tuple[str, ...]:
    return tuple(key.casefold().split("\\"))
