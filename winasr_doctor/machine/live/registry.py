r"""Reads the Windows registry, behind an interface that can be faked on any system.

Keys are written in the usual way: `HKLM\SOFTWARE\Microsoft`, `HKCU\Software\Dropbox`,
`HKCR\CLSID\{...}`. Keys and names are compared without case, as in the registry itself.
"""

from __future__ import annotations

import errno
import re
import sys
from collections.abc import Mapping
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
        raise missing_key(key)

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
        raise missing_key(key)


_NO_MORE_ITEMS = 259
"""`ERROR_NO_MORE_ITEMS`: the end of an enumeration."""


def _opened(key: str, view: int) -> Any:  # noqa: ANN401 - `winreg` exists on Windows only
    hive, _, path = key.partition("\\")
    if sys.platform == "win32":
        import winreg

        flag: int = getattr(winreg, VIEWS[view])
        return winreg.OpenKey(getattr(winreg, HIVES[hive.upper()]), path, 0, winreg.KEY_READ | flag)
    raise missing_key(key)


def _raise_unless_at_the_end(error: OSError) -> None:
    if getattr(error, "winerror", None) != _NO_MORE_ITEMS:
        raise error


WINDOWS_REGISTRY: Registry = WindowsRegistry()
"""The registry of the machine this runs on."""


def is_on(registry: Registry, key: str, name: str) -> bool | None:
    """Return whether a value is 1; `None` if its key may not be read."""
    try:
        return registry.values(key).get(name) == 1
    except FileNotFoundError:
        return False
    except OSError:
        return None


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


def missing_key(key: str) -> FileNotFoundError:
    """Return the error for a key that the registry does not have."""
    return FileNotFoundError(errno.ENOENT, "no such registry key", key)
