"""Empties a folder of any depth: reports what cannot be removed, and removes the rest."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from winasr_doctor.locks.descent import Descent

OnError = Callable[[Callable[..., Any], str, OSError], None]
"""Called with the failed function, the path and the exception, as `shutil.rmtree`'s `onexc`."""


def remove_tree(place: Descent, on_error: OnError) -> None:
    """Remove the folder that a descent has just entered as its root.

    Args:
        place: The folder.
        on_error: Called with what cannot be removed.

    Raises:
        OSError: A folder was moved elsewhere in the meantime.
        ReplacedError: Something else has taken the root's place.
    """
    waiting = [_clear(place, on_error)]
    while waiting[0] or len(waiting) > 1:
        if waiting[-1]:
            name = waiting[-1].pop()
            try:
                place.enter(name)
            except OSError as error:
                _remove_other(place, name, error, on_error)
            else:
                waiting.append(_clear(place, on_error))
            continue
        waiting.pop()
        name = place.leave()
        try:
            os.rmdir(place.at(name), dir_fd=place.dir_fd)
        except OSError as error:
            on_error(os.rmdir, place.path(name), error)
    try:
        place.remove_root()
    except OSError as error:
        on_error(os.rmdir, place.root, error)


def _clear(place: Descent, on_error: OnError) -> list[str]:
    """Remove the files and links in a folder.

    Returns:
        The names of the folders in it.
    """
    try:
        entries = place.entries()
    except OSError as error:
        on_error(os.scandir, place.path(), error)
        return []
    folders: list[str] = []
    unlink, dir_fd = os.unlink, place.dir_fd
    for entry in entries:
        if _is_folder(entry):
            folders.append(entry.name)
            continue
        try:
            unlink(entry.name if dir_fd is not None else entry.path, dir_fd=dir_fd)
        except OSError as error:
            on_error(os.unlink, place.path(entry.name), error)
    return folders


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _remove_other(place: Descent, name: str, error: OSError, on_error: OnError) -> None:
    """Remove an entry that was listed as a folder but cannot be entered: a junction, on Windows."""
    if isinstance(error, NotADirectoryError) and place.dir_fd is None:
        try:
            os.rmdir(place.at(name))
        except OSError as second:
            error = second
        else:
            return
    on_error(os.open, place.path(name), error)
