"""Keeping a folder from being renamed while something in it is deleted by its path."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def held_in_place(folder: str) -> Iterator[None]:
    """Keep a folder open on Windows so that neither it nor those above it can be renamed.

    Where it cannot be opened so, because another program may delete it, or rights are missing,
    nothing is held. A handle without `FILE_SHARE_DELETE` refuses others the renaming (Microsoft,
    "CreateFileW", dwShareMode), and a folder with an open file below it cannot be renamed
    (Microsoft, `FILE_RENAME_INFORMATION`).

    Args:
        folder: The parent of what is deleted.
    """
    if sys.platform != "win32":
        yield
        return
    from winasr_doctor.win32 import hold_folder, let_go_of_folder

    handle = hold_folder(folder)
    try:
        yield
    finally:
        let_go_of_folder(handle)
