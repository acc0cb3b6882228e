"""Files that cannot be deleted, without any emulation of Windows."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

Release = Callable[[], None]
Lock = Callable[[str], Release]


def refuse_deletions(monkeypatch: pytest.MonkeyPatch, name: str) -> Release:
    """Let `os.unlink` fail with WinError 32 for files whose name ends so.

    Returns:
        What ends it.
    """
    unlink = os.unlink
    locked = [name]

    def refusing(path: str, **options: int | None) -> None:
        if locked and os.fsdecode(path).endswith(name):
            error = PermissionError(13, "in use", path)
            error.winerror = 32
            raise error
        unlink(path, **options)

    monkeypatch.setattr("os.unlink", refusing)
    return locked.clear
