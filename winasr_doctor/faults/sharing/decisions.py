"""The table of what Windows answers in each situation, and how to recognise a situation."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from enum import Enum
from functools import cached_property
from os import lstat  # bound early: these queries must not be emulated, too
from os import stat as status_of
from typing import NamedTuple, Protocol

from winasr_doctor.faults.sharing import openings
from winasr_doctor.faults.sharing.handles import Handle, HandleKind, below, holding, mapping
from winasr_doctor.faults.sharing.unhindered import OPENINGS, is_certainly_free


class Situation(str, Enum):
    """What blocks an operation."""

    OPEN = "it is open and not shared for deletion"
    TEMPORARY = "it is an open temporary file, which can be opened again only with O_TEMPORARY"
    CURRENT_DIRECTORY = "it is the current directory of a process"
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
_TEMPORARY = (
    "Lib/tempfile.py, NamedTemporaryFile: O_TEMPORARY; learn.microsoft.com, CreateFileW, "
    "FILE_FLAG_DELETE_ON_CLOSE: only who shares deletion can open it, too"
)
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
    Decision("open", Situation.TEMPORARY, 32, f"{_TEMPORARY}; {_SEEN}"),
    Decision("write", Situation.TEMPORARY, 32, f"{_TEMPORARY}; {_SEEN}"),
    Decision("write", Situation.READ_ONLY, 5, f"{_CREATE_DOC}; {_SEEN}"),
    Decision("overwrite", Situation.MAPPED, 1224, f"{_MAP_DOC}; {_SEEN}"),
)
"""For each operation in the order in which Windows finds out. What is not in the way here (a
folder with entries, a missing file) fails by itself and is only reported in Windows' words."""

_WITHOUT_HANDLES = frozenset(
    {
        Situation.READ_ONLY,
        Situation.TARGET_EXISTS,
        Situation.TARGET_FOLDER,
        Situation.TARGET_READ_ONLY,
    }
)


def rows_by_operation(*, only_handles: bool) -> dict[str, tuple[Decision, ...]]:
    """Return the rows of the table that apply, by operation.

    Args:
        only_handles: Leave out the rules about anything else than what is open.
    """
    found: dict[str, tuple[Decision, ...]] = {}
    for decision in DECISIONS:
        if not (only_handles and decision.situation in _WITHOUT_HANDLES):
            found[decision.operation] = (*found.get(decision.operation, ()), decision)
    return found


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


class Sharing(Protocol):
    """Says what is known about how handles were opened."""

    def shares_delete(self, handle: Handle) -> bool:
        """Return whether a handle was opened so that others may delete the file."""

    def is_temporary(self, handle: Handle) -> bool:
        """Return whether a handle was opened with `O_TEMPORARY`."""


class SharedPath:
    """A file or folder that an operation uses; each fact about it is looked up once."""

    def __init__(self, path: str, sharing: Sharing) -> None:
        self.path = path
        self._sharing = sharing
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

    @cached_property
    def has_folder(self) -> bool:
        """Whether its parent folder exists."""
        try:
            folder = status_of(os.path.dirname(os.path.abspath(self.path)))
        except OSError:
            return False
        return stat.S_ISDIR(folder.st_mode)

    def handles(self, *kinds: HandleKind) -> tuple[Handle, ...]:
        """Return the handles of these kinds that do not share deletion."""
        return tuple(
            handle
            for handle in (self._maps if _MAPS.issuperset(kinds) else self._handles)
            if handle.kind in kinds and not self._sharing.shares_delete(handle)
        )

    def temporary_handles(self) -> tuple[Handle, ...]:
        """Return the handles that were opened with `O_TEMPORARY`."""
        if not openings.any_temporary(self.path):
            return ()
        return tuple(filter(self._sharing.is_temporary, self._handles))

    @cached_property
    def _handles(self) -> list[Handle]:
        if self.status is None or self._is_free:
            return []
        return holding((self.status.st_dev, self.status.st_ino))

    @cached_property
    def _maps(self) -> list[Handle]:
        if self.status is None or self.is_folder or self._is_free:
            return []
        return mapping(self.path, (self.status.st_dev, self.status.st_ino))

    @cached_property
    def _is_free(self) -> bool:
        return self.status is not None and is_certainly_free(self.path, self.status)

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
_MAPS = frozenset({HandleKind.LIBRARY, HandleKind.MAPPING})

_WANTS_FOLDER = {"unlink": False, "rmdir": True, **dict.fromkeys(OPENINGS, False)}

_BEFORE_THE_TARGET = frozenset({Situation.OPEN, Situation.CURRENT_DIRECTORY})
"""What is found out when the source is opened; the target's folder is looked for after that."""

Found = tuple[str, tuple[Handle, ...]] | None


def _held(*kinds: HandleKind) -> Callable[[SharedPath, SharedPath], Found]:
    def recognise(source: SharedPath, target: SharedPath) -> Found:
        del target
        handles = source.handles(*kinds)
        return (source.path, handles) if handles else None

    return recognise


def _temporary(source: SharedPath, target: SharedPath) -> Found:
    del target
    handles = source.temporary_handles()
    return (source.path, handles) if handles else None


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
    if target.is_same_file(source):
        return None
    handles = target.handles(*_OPEN) or target.handles(*_MAPS)
    return (target.path, handles) if handles else None


def _target_read_only(source: SharedPath, target: SharedPath) -> Found:
    del source
    return (target.path, ()) if target.is_read_only else None


_RECOGNISE: dict[Situation, Callable[[SharedPath, SharedPath], Found]] = {
    Situation.OPEN: _held(*_OPEN),
    Situation.CURRENT_DIRECTORY: _held(HandleKind.CURRENT_DIRECTORY),
    Situation.TEMPORARY: _temporary,
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
    decisions: tuple[Decision, ...], path: str, path2: str | None, sharing: Sharing
) -> Obstacle | None:
    """Return what Windows would object to.

    Args:
        decisions: The rows of the table that apply, all of one operation.
        path: The path it uses.
        path2: The target of a rename.
        sharing: Says how handles were opened.

    Returns:
        The first objection; `None` if none in the table applies.
    """
    source = SharedPath(path, sharing)
    wanted = _WANTS_FOLDER.get(decisions[0].operation, source.is_folder)
    wrong_kind = source.is_folder != wanted
    if not source.exists or wrong_kind:
        return None  # the operation fails by itself
    target = source if path2 is None else SharedPath(path2, sharing)
    for decision in decisions:
        is_early = path2 is None or decision.situation in _BEFORE_THE_TARGET
        if not (is_early or target.has_folder):
            return None  # likewise
        found = _RECOGNISE[decision.situation](source, target)
        if found is not None:
            return Obstacle(decision, *found)
    return None
