"""Prevents a folder from being renamed while something in it is deleted by its path."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

_NOTHING: AbstractContextManager[None] = nullcontext()


def held_in_place(folder: str) -> AbstractContextManager[None]:
    """Keep a folder open on Windows so that neither it nor those above it can be renamed.

    If it cannot be opened this way, because another program may delete it or rights are missing,
    nothing is held. A handle without `FILE_SHARE_DELETE` prevents others from renaming it
    (Microsoft, "CreateFileW", dwShareMode), and a folder with an open file below it cannot be
    renamed (Microsoft, `FILE_RENAME_INFORMATION`).

    Args:
        folder: The parent of what is deleted.
    """
    return _held(folder) if sys.platform == "win32" else _NOTHING


@contextmanager
def _held(folder: str) -> Iterator[None]:
    from winasr_doctor.windows.win32 import hold_folder, let_go_of_folder

    handle = hold_folder(folder)
    try:
        yield
    finally:
        let_go_of_folder(handle)
