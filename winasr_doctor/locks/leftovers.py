"""Lists the contents of a folder that is left behind, and later removes what was listed."""

from __future__ import annotations

import errno
import json
import os

from winasr_doctor.locks.descent import Descent, ReplacedError, descent
from winasr_doctor.locks.identity import Identity, identify, same_folder
from winasr_doctor.locks.ledger_entry import LARGEST, LedgerEntry
from winasr_doctor.locks.removal_pass import add_write_right
from winasr_doctor.windows.errors import Classification, DeleteClass, classify

MOST_ITEMS = 10_000
"""Maximum number of paths that one entry lists; any others stay."""

_MOST_BYTES = LARGEST - 2**20
"""Maximum number of bytes that they take in the entry's file."""

_BYTES_OF_IDENTITY = 100
"""Bytes; an identity in JSON takes fewer: four numbers of 64 bits, one of 128."""

_ACCESS_DENIED, _DIR_NOT_EMPTY = 5, 145

Items = tuple[tuple[str, Identity], ...]


class _List:
    """The items so far, as long as there is room."""

    def __init__(self) -> None:
        self.files: list[tuple[str, Identity]] = []
        self.folders: list[tuple[str, Identity]] = []
        self.unlisted = 0
        self._bytes = 0

    def add(self, name: str, identity: Identity) -> None:
        self._bytes += len(json.dumps(name)) + _BYTES_OF_IDENTITY
        if len(self.files) + len(self.folders) >= MOST_ITEMS or self._bytes > _MOST_BYTES:
            self.unlisted += 1
        else:
            (self.folders if identity.kind == "folder" else self.files).append((name, identity))


def items_below(root: str, identity: Identity) -> tuple[Items, int]:
    """List everything below a folder; links are not followed.

    Args:
        root: The folder, absolute.
        identity: The identity it must have.

    Returns:
        The items, folders after their contents, and how many did not fit.
    """
    found = _List()
    try:
        with descent(root, identity) as place:
            _list(place, found)
    except (OSError, ReplacedError):
        pass  # what is known so far counts
    # A listed folder comes before its contents, so all its ancestors are listed, too.
    return (*found.files, *reversed(found.folders)), found.unlisted


def _list(place: Descent, found: _List) -> None:
    waiting = [_look(place, found)]
    while waiting:
        if not waiting[-1]:
            waiting.pop()
            if waiting:
                place.leave()
            continue
        name, identity = waiting[-1].pop()
        try:
            place.enter(name, identity)
        except (OSError, ReplacedError):
            continue
        waiting.append(_look(place, found))


def _look(place: Descent, found: _List) -> list[tuple[str, Identity]]:
    """Add a folder's contents; return the folders among them."""
    folders = []
    try:
        entries = place.entries()
    except OSError:
        return []
    above = place.inside
    for entry in entries:
        try:
            identity = identify(place.at(entry.name), place.dir_fd)
        except OSError:
            continue
        found.add(os.sep.join((*above, entry.name)), identity)
        if identity.kind == "folder":
            folders.append((entry.name, identity))
    return folders


def remove_items(entry: LedgerEntry) -> str | None:
    """Remove what an entry lists, then the listed folders and, if it is ours, the empty folder.

    An item is removed only if its identity has not changed. Only one system call lies between the
    last check of a file and its deletion.

    Args:
        entry: The entry of a folder that is not entirely ours.

    Returns:
        Why a listed item is still there; `None` if all are gone.
    """
    items = dict(entry.items)
    problem: str | None = None
    try:
        with descent(entry.path, entry.identity) as place:
            for name, identity in entry.items:
                problem = _remove_at(place, name, identity, items) or problem
    except (ReplacedError, NotADirectoryError):
        return None
    except OSError as error:
        return _in_words(error, entry.path)
    return problem if problem or entry.only_items else _remove_root(entry)


def _remove_at(
    place: Descent, name: str, identity: Identity, items: dict[str, Identity]
) -> str | None:
    parts = name.split(os.sep)
    try:
        place.go(parts[:-1], items)
    except (ReplacedError, NotADirectoryError):
        return None  # belongs to somebody else by now
    except OSError as error:
        return _in_words(error, os.path.join(place.root, name))
    return _remove_item(place, parts[-1], identity)


def _remove_root(entry: LedgerEntry) -> str | None:
    try:
        with descent(entry.path, entry.identity) as place:
            place.remove_root()
    except (ReplacedError, NotADirectoryError):
        return None
    except OSError as error:
        return _in_words(error, entry.path, is_folder=True)
    return None


def _remove_item(place: Descent, name: str, identity: Identity) -> str | None:
    path, dir_fd = place.at(name), place.dir_fd
    is_folder = identity.kind == "folder"
    try:
        if not _is_same(identify(path, dir_fd), identity):
            return None  # belongs to somebody else by now
        if is_folder:
            os.rmdir(path, dir_fd=dir_fd)
        elif identity.kind == "file":
            _remove_file(path, dir_fd)
        else:
            _remove_link(path, dir_fd)
    except OSError as error:
        return _in_words(error, place.path(name), is_folder=is_folder)
    return None


def _is_same(now: Identity, then: Identity) -> bool:
    return same_folder(now, then) if then.kind == "folder" else now == then


def _in_words(error: OSError, path: str, *, is_folder: bool = False) -> str | None:
    """Return why something is still there; `None` if it is gone or its contents are not ours."""
    meaning = classify(error)
    if meaning.delete is DeleteClass.ALREADY_GONE:
        return None
    if is_folder and _is_not_empty(meaning):
        return None
    number = f"WinError {meaning.code}" if meaning.code else f"errno {error.errno}"
    return f"{number} on {path}"


def _is_not_empty(meaning: Classification) -> bool:
    return meaning.code == _DIR_NOT_EMPTY or meaning.errno in {errno.ENOTEMPTY, errno.EEXIST}


def _remove_file(path: str, dir_fd: int | None) -> None:
    try:
        os.unlink(path, dir_fd=dir_fd)
    except OSError as error:
        if classify(error).code != _ACCESS_DENIED or not add_write_right(path, files=True):
            raise
        os.unlink(path, dir_fd=dir_fd)  # it was read-only


def _remove_link(path: str, dir_fd: int | None) -> None:
    try:
        os.unlink(path, dir_fd=dir_fd)
    except OSError:
        os.rmdir(path, dir_fd=dir_fd)  # a junction or a link to a folder, on Windows; not entered
