"""The table of what Windows answers in each situation, and how to recognise a situation."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from enum import Enum
from os import lstat  # bound early: these queries must not be emulated, too
from os import stat as status_of
from typing import NamedTuple

from winasr_doctor.faults.sharing.handles import Handle, HandleKind, below, holding


class Situation(str, Enum):
    """What blocks an operation."""

    OPEN = "it is open, and was not opened to share deletion"
    CURRENT_DIRECTORY = "it is a current directory"
    OPEN_INSIDE = "something inside it is open"
    LIBRARY = "it is a loaded library"
    MAPPED = "it is mapped into memory"
    READ_ONLY = "it is read-only"
    TARGET_EXISTS = "the target exists"
    TARGET_FOLDER = "the target is a folder"
    TARGET_OPEN = "the target is open"
    TARGET_READ_ONLY = "the target is read-only"


_DELETE_DOC = "learn.microsoft.com, DeleteFileW"
_FOLDER_DOC = "learn.microsoft.com, RemoveDirectoryW"
_CREATE_DOC = "learn.microsoft.com, CreateFileW, FILE_ATTRIBUTE_READONLY"
_MAP_DOC = "learn.microsoft.com, MmCanFileBeTruncated"
_MOVE_DOC = "learn.microsoft.com, MoveFileExW"
_SHARE_DOC = "learn.microsoft.com, CreateFileW, FILE_SHARE_DELETE"
_SEEN = "seen with CPython for Windows"
_NTFS = "Windows-driver-samples, fastfat, fileinfo.c: the order in which a deletion is refused"


class Decision(NamedTuple):
    """One row of the table.

    Attributes:
        operation: The operation.
        situation: What blocks it.
        code: The error code that Windows returns.
        source: The source of that fact.
    """

    operation: str
    situation: Situation
    code: int
    source: str


DECISIONS = (
    Decision("unlink", Situation.OPEN, 32, f"{_SHARE_DOC}; {_SEEN}"),
    Decision("unlink", Situation.LIBRARY, 5, _SEEN),
    Decision("unlink", Situation.READ_ONLY, 5, f"{_DELETE_DOC}; {_SEEN}"),
    Decision("unlink", Situation.MAPPED, 1224, f"{_NTFS}; winerror.h"),
    Decision("rmdir", Situation.OPEN, 32, _SEEN),
    Decision("rmdir", Situation.CURRENT_DIRECTORY, 32, _SEEN),
    Decision("rmdir", Situation.READ_ONLY, 5, f"{_FOLDER_DOC}; {_NTFS}"),
    Decision("rename", Situation.OPEN, 32, f"{_SHARE_DOC}; {_SEEN}"),
    Decision("rename", Situation.CURRENT_DIRECTORY, 32, _SEEN),
    Decision("rename", Situation.OPEN_INSIDE, 5, _MOVE_DOC),
    Decision("rename", Situation.TARGET_EXISTS, 183, f"{_MOVE_DOC}; Python's os.rename"),
    Decision("replace", Situation.OPEN, 32, f"{_SHARE_DOC}; {_SEEN}"),
    Decision("replace", Situation.CURRENT_DIRECTORY, 32, _SEEN),
    Decision("replace", Situation.OPEN_INSIDE, 5, _MOVE_DOC),
    Decision("replace", Situation.TARGET_FOLDER, 5, _MOVE_DOC),
    Decision("replace", Situation.TARGET_OPEN, 5, _SEEN),
    Decision("replace", Situation.TARGET_READ_ONLY, 5, _MOVE_DOC),
    Decision("write", Situation.READ_ONLY, 5, f"{_CREATE_DOC}; {_SEEN}"),
    Decision("truncate", Situation.READ_ONLY, 5, f"{_CREATE_DOC}; {_SEEN}"),
    Decision("truncate", Situation.MAPPED, 1224, f"{_MAP_DOC}; {_SEEN}"),
)
"""For each operation in the order in which Windows finds out. What is not in the way here (a
folder with entries, a missing file) fails by itself and is only reported in Windows' words."""

OPERATIONS = frozenset(decision.operation for decision in DECISIONS)


class Obstacle(NamedTuple):
    """The reason why an operation is refused.

    Attributes:
        decision: The row of the table.
        path: The path that blocks the operation, its source or target.
        handles: The handles that hold it; empty if the file itself is the reason.
    """

    decision: Decision
    path: str
    handles: tuple[Handle, ...] = ()


SharesDelete = Callable[[Handle], bool]
"""Returns whether a handle was opened so that others may delete the file."""


class SharedPath:
    """A file or folder that an operation uses; each fact about it is looked up once."""

    def __init__(self, path: str, shares_delete: SharesDelete) -> None:
        self.path = path
        self._shares_delete = shares_delete
        self._handles: list[Handle] | None = None
        try:
            self.status: os.stat_result | None = lstat(path)
        except (OSError, ValueError):
            self.status = None

    @property
    def exists(self) -> bool:
        """Whether something with this name exists."""
        return self.status is not None

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder and not a link to one."""
        return self.status is not None and stat.S_ISDIR(self.status.st_mode)

    @property
    def is_read_only(self) -> bool:
        """Whether `os.chmod` on Windows would have set the read-only attribute."""
        return self.status is not None and not self.status.st_mode & stat.S_IWUSR

    @property
    def has_folder(self) -> bool:
        """Whether its parent folder exists."""
        try:
            folder = status_of(os.path.dirname(os.path.abspath(self.path)))
        except OSError:
            return False
        return stat.S_ISDIR(folder.st_mode)

    def handles(self, *kinds: HandleKind) -> tuple[Handle, ...]:
        """Return the handles of these kinds that do not share deletion."""
        if self._handles is None:
            self._handles = []
            if self.status is not None:
                identity = (self.status.st_dev, self.status.st_ino)
                self._handles = holding(self.path, identity, maps=not self.is_folder)
        return tuple(
            handle
            for handle in self._handles
            if handle.kind in kinds and not self._shares_delete(handle)
        )

    def handles_inside(self) -> tuple[Handle, ...]:
        """Return the handles inside a folder; nothing there may move, even with shared deletion."""
        return tuple(below(os.path.realpath(self.path))) if self.is_folder else ()

    def is_same_file(self, other: SharedPath) -> bool:
        """Return whether the other name refers to the same file."""
        return (
            self.status is not None
            and other.status is not None
            and os.path.samestat(self.status, other.status)
        )


_OPEN = (HandleKind.FILE, HandleKind.FOLDER)
_ANYHOW = (*_OPEN, HandleKind.LIBRARY, HandleKind.MAPPING)

_WANTS_FOLDER = {"unlink": False, "rmdir": True, "write": False, "truncate": False}

_BEFORE_THE_TARGET = frozenset({Situation.OPEN, Situation.CURRENT_DIRECTORY})
"""What is found out when the source is opened; the target's folder is looked for after that."""

Found = tuple[str, tuple[Handle, ...]] | None


def _held(*kinds: HandleKind) -> Callable[[SharedPath, SharedPath], Found]:
    def recognise(source: SharedPath, target: SharedPath) -> Found:
        del target
        handles = source.handles(*kinds)
        return (source.path, handles) if handles else None

    return recognise


def _read_only(source: SharedPath, target: SharedPath) -> Found:
    del target
    return (source.path, ()) if source.is_read_only else None


def _open_inside(source: SharedPath, target: SharedPath) -> Found:
    del target
    handles = source.handles_inside()
    return (source.path, handles) if handles else None


def _target_exists(source: SharedPath, target: SharedPath) -> Found:
    taken = target.exists and not target.is_same_file(source)
    return (target.path, ()) if taken else None


def _target_folder(source: SharedPath, target: SharedPath) -> Found:
    in_the_way = target.is_folder and not target.is_same_file(source)
    return (target.path, ()) if in_the_way else None


def _target_open(source: SharedPath, target: SharedPath) -> Found:
    handles = () if target.is_same_file(source) else target.handles(*_ANYHOW)
    return (target.path, handles) if handles else None


def _target_read_only(source: SharedPath, target: SharedPath) -> Found:
    del source
    return (target.path, ()) if target.is_read_only else None


_RECOGNISE: dict[Situation, Callable[[SharedPath, SharedPath], Found]] = {
    Situation.OPEN: _held(*_OPEN),
    Situation.CURRENT_DIRECTORY: _held(HandleKind.CURRENT_DIRECTORY),
    Situation.LIBRARY: _held(HandleKind.LIBRARY),
    Situation.MAPPED: _held(HandleKind.MAPPING),
    Situation.READ_ONLY: _read_only,
    Situation.OPEN_INSIDE: _open_inside,
    Situation.TARGET_EXISTS: _target_exists,
    Situation.TARGET_FOLDER: _target_folder,
    Situation.TARGET_OPEN: _target_open,
    Situation.TARGET_READ_ONLY: _target_read_only,
}


def obstacle(
    operation: str, path: str, path2: str | None, shares_delete: SharesDelete
) -> Obstacle | None:
    """Return what Windows would object to.

    Args:
        operation: One of `OPERATIONS`.
        path: The path it uses.
        path2: The target of a rename.
        shares_delete: Returns whether a handle is not in the way.

    Returns:
        The first objection; `None` if none in the table applies.
    """
    source = SharedPath(path, shares_delete)
    wrong_kind = operation in _WANTS_FOLDER and source.is_folder != _WANTS_FOLDER[operation]
    if not source.exists or wrong_kind:
        return None  # the operation fails by itself
    target = source if path2 is None else SharedPath(path2, shares_delete)
    for decision in DECISIONS:
        if decision.operation != operation:
            continue
        if not (target.has_folder or decision.situation in _BEFORE_THE_TARGET):
            return None  # likewise
        found = _RECOGNISE[decision.situation](source, target)
        if found is not None:
            return Obstacle(decision, *found)
    return None
