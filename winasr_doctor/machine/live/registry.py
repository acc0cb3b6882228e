r"""Reads the Windows registry, behind an interface that can be faked on any system.

Keys are written in the usual way: `HKLM\SOFTWARE\Microsoft`, `HKCU\Software\Dropbox`,
`HKCR\CLSID\{...}`. Keys and names are compared without case, as in the registry itself.
"""

from __future__ import annotations

import errno
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

HIVES = {
    "HKLM": "HKEY_LOCAL_MACHINE",
    "HKCU": "HKEY_CURRENT_USER",
    "HKCR": "HKEY_CLASSES_ROOT",
    "HKU": "HKEY_USERS",
}
"""Source: learn.microsoft.com, "Predefined Keys"."""

VIEWS = {64: "KEY_WOW64_64KEY", 32: "KEY_WOW64_32KEY"}
"""Source: learn.microsoft.com, "Accessing an Alternate Registry View"."""


class Registry(Protocol):
    """Read access to a registry."""

    def values(self, key: str, *, view: int = 64) -> dict[str, object]:
        r"""Return a key's values by name; the default value's name is empty.

        Args:
            key: The key's path, such as `HKLM\SOFTWARE\\Microsoft`.
            view: 64 or 32, the registry's view on a 64-bit Windows.

        Returns:
            `str`, `int`, `bytes`, `list[str]` or `None`, as `winreg` gives them; text that may
            hold `%VARIABLES%` is not expanded.

        Raises:
            FileNotFoundError: There is no such key.
            PermissionError: The key may not be read.
        """

    def subkeys(self, key: str, *, view: int = 64) -> list[str]:
        r"""Return the names of the keys right below a key.

        Args:
            key: The key's path, such as `HKLM\SOFTWARE\\Microsoft`.
            view: 64 or 32, the registry's view on a 64-bit Windows.

        Raises:
            FileNotFoundError: There is no such key.
            PermissionError: The key may not be read.
        """


class WindowsRegistry:
    """This machine's registry, through `winreg`; it has no keys on other systems."""

    def values(self, key: str, *, view: int = 64) -> dict[str, object]:
        """Return a key's values; see `Registry.values`."""
        found: dict[str, object] = {}
        if sys.platform == "win32":
            import winreg

            with _opened(key, view) as handle:
                try:
                    while True:
                        name, value, _kind = winreg.EnumValue(handle, len(found))
                        found[name] = value
                except OSError as error:
                    _raise_unless_at_the_end(error)
            return found
        raise _missing(key)

    def subkeys(self, key: str, *, view: int = 64) -> list[str]:
        """Return the names of a key's subkeys; see `Registry.subkeys`."""
        found: list[str] = []
        if sys.platform == "win32":
            import winreg

            with _opened(key, view) as handle:
                try:
                    while True:
                        found.append(winreg.EnumKey(handle, len(found)))
                except OSError as error:
                    _raise_unless_at_the_end(error)
            return found
        raise _missing(key)


_NO_MORE_ITEMS = 259
"""`ERROR_NO_MORE_ITEMS`: the end of an enumeration."""


def _opened(key: str, view: int) -> Any:  # noqa: ANN401 - `winreg` exists on Windows only
    hive, _, path = key.partition("\\")
    if sys.platform == "win32":
        import winreg

        flag: int = getattr(winreg, VIEWS[view])
        return winreg.OpenKey(getattr(winreg, HIVES[hive.upper()]), path, 0, winreg.KEY_READ | flag)
    raise _missing(key)


def _raise_unless_at_the_end(error: OSError) -> None:
    if getattr(error, "winerror", None) != _NO_MORE_ITEMS:
        raise error


WINDOWS_REGISTRY: Registry = WindowsRegistry()
"""The registry of the machine this runs on."""


def expanded(text: str, environment: Mapping[str, str]) -> str | None:
    """Expand a text's `%VARIABLES%`; `None` if one of them is not set.

    Args:
        text: A value of the type `REG_EXPAND_SZ`.
        environment: The variables; names are compared without case.
    """
    folded = {name.upper(): value for name, value in environment.items()}
    missing = []

    def fill(match: re.Match[str]) -> str:
        value = folded.get(match[1].upper(), "")
        if not value:
            missing.append(match[1])
        return value

    filled = re.sub(r"%([^%]+)%", fill, text)
    return None if missing else filled


class RegistryDict:
    r"""A registry made of dictionaries, for tests.

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

    def values(self, key: str, *, view: int = 64) -> dict[str, object]:  # noqa: ARG002 - one view
        """Return a key's values; see `Registry.values`."""
        return dict(self._values.get(self._readable(key), {}))

    def subkeys(self, key: str, *, view: int = 64) -> list[str]:  # noqa: ARG002 - one view
        """Return the names of a key's subkeys; see `Registry.subkeys`."""
        return list(self._subkeys.get(self._readable(key), {}).values())

    def _readable(self, key: str) -> tuple[str, ...]:
        folded = _folded(key)
        if any(folded[: len(denied)] == denied for denied in self._denied):
            raise PermissionError(errno.EACCES, "Access is denied", key)
        if folded not in self._values and folded not in self._subkeys:
            raise _missing(key)
        return folded


def _folded(key: str) -> tuple[str, ...]:
    return tuple(key.casefold().split("\\"))


def _missing(key: str) -> FileNotFoundError:
    return FileNotFoundError(errno.ENOENT, "no such registry key", key)
