"""Writes registry keys for a test, and takes away afterwards what was not there before."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress

if os.name == "nt":
    import winreg

    HIVES = {"HKLM": winreg.HKEY_LOCAL_MACHINE, "HKCU": winreg.HKEY_CURRENT_USER}
    RIGHTS = winreg.KEY_ALL_ACCESS | winreg.KEY_WOW64_64KEY


def write(stack: ExitStack, key: str, values: Mapping[str, object]) -> None:
    """Write a key; the stack undoes it."""
    name, _, path = key.partition("\\")
    hive = HIVES[name]
    if new := _first_new(hive, path):
        stack.callback(_remove, hive, new)
    with winreg.CreateKeyEx(hive, path, 0, RIGHTS) as opened:
        for value, data in values.items():
            kind = winreg.REG_DWORD if isinstance(data, int) else winreg.REG_SZ
            winreg.SetValueEx(opened, value, 0, kind, data)
            if not new:
                stack.callback(_forget, hive, path, value)


def _first_new(hive: int, path: str) -> str | None:
    """Return the uppermost key on the way to a path that is not there yet."""
    names = path.split("\\")
    for depth in range(1, len(names) + 1):
        above = "\\".join(names[:depth])
        try:
            winreg.OpenKeyEx(hive, above, 0, RIGHTS).Close()
        except FileNotFoundError:
            return above
    return None


def _remove(hive: int, path: str) -> None:
    with winreg.OpenKeyEx(hive, path, 0, RIGHTS) as opened:
        below = list(_subkeys(opened))
    for name in below:
        _remove(hive, rf"{path}\{name}")
    winreg.DeleteKeyEx(hive, path, winreg.KEY_WOW64_64KEY, 0)


def _subkeys(opened: winreg.HKEYType) -> Iterator[str]:
    for index in range(winreg.QueryInfoKey(opened)[0]):
        yield winreg.EnumKey(opened, index)


def _forget(hive: int, path: str, value: str) -> None:
    with suppress(FileNotFoundError), winreg.OpenKeyEx(hive, path, 0, RIGHTS) as opened:
        winreg.DeleteValue(opened, value)
