"""Makes one pass over a tree: removes everything that can be removed, and reports the rest.

Where the system supports descriptors, the walk is our own: it examines the open folder, so it
cannot be tricked into another one, and it handles any depth. Otherwise `shutil.rmtree` walks by
paths; it never follows a symbolic link or a junction out of the tree.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
from collections.abc import Callable
from typing import Any

from winasr_doctor.locks.absolute_paths import is_gone
from winasr_doctor.locks.cleanup_report import RemovalFailure
from winasr_doctor.locks.descent import ReplacedError, by_descriptors, descent
from winasr_doctor.locks.emptying import remove_tree
from winasr_doctor.locks.identity import Identity, PathLook, is_folder, look_again, same_folder
from winasr_doctor.locks.pinned_folder import held_in_place
from winasr_doctor.windows.errors import Classification, DeleteClass, classify

_ACCESS_DENIED = 5
_DIR_NOT_EMPTY = 145
_NOT_EMPTY = frozenset({errno.ENOTEMPTY, errno.EEXIST})
_REFUSED = frozenset({errno.EACCES, errno.EPERM})
_REPARSE_POINT = 0x400


_TRIED_AGAIN = frozenset({"unlink", "rmdir"})

REPLACED = "another folder has taken its place"


class RefusedError(Exception):
    """What is at the root must not be removed; the text says what it is."""


class Tree:
    """A tree that is being removed, in as many passes as it takes.

    Args:
        path: The tree's root, absolute.
        identity: The identity the root must have; by default the one it has at first.
    """

    def __init__(self, path: str, identity: Identity | None = None) -> None:
        self.path = path
        self.identity = identity
        self._above = os.path.dirname(path)
        self.made_writable = False
        """Whether the last pass cleared a read-only attribute, so that another pass may succeed."""
        self.thorough = False
        """Whether passes by paths visit the whole tree, even if every earlier failure repeats."""
        self._cleared: set[str] = set()
        self._is_there = False
        self._look: PathLook | None = None
        self._failures: list[tuple[RemovalFailure, Classification]] = []

    def look(self) -> None:
        """Examine what is at the root, and remember it.

        Raises:
            OSError: It cannot be examined.
            RefusedError: It is not a folder, or not the same one as before.
        """
        look = look_again(self.path, self._look)
        if look is self._look:
            return  # nothing has changed
        now = look.identity
        if now.kind != "folder":
            is_link = os.path.islink(self.path)
            what = "file" if now.kind == "file" else "link" if is_link else "junction or device"
            raise RefusedError(f"it is a {what}, not a folder")
        if self._above == self.path:
            raise RefusedError("it is the root of a file system")
        if self.identity is not None and not same_folder(now, self.identity):
            raise RefusedError(REPLACED)
        self._look, self.identity = look, now

    def remove(self) -> list[tuple[RemovalFailure, Classification]]:
        """Make one pass.

        Returns:
            What is still there, with the meaning of each error; empty when the tree is gone.

        Raises:
            RefusedError: What is at the root is not a folder, or not the same one as before.
        """
        before = () if self.thorough or self.made_writable else tuple(self._failures)
        self._failures = []
        self.made_writable = self._is_there = False
        try:
            if by_descriptors():
                self.look()
                with descent(self.path, self.identity) as place:
                    remove_tree(place, self._on_error)
            else:
                self._remove_by_paths(before)
        except ReplacedError as error:
            raise RefusedError(REPLACED) from error
        except OSError as error:
            self._on_error(os.lstat, getattr(error, "filename", None) or self.path, error)
        # An empty folder can be removed without listing it.
        if self._failures and not self._is_there and is_gone(self.path):
            self._failures = []
        return self._failures

    def _remove_by_paths(self, before: tuple[tuple[RemovalFailure, Classification], ...]) -> None:
        with held_in_place(self._above):
            self.look()
            if before and self._are_refused_again(before):
                self._is_there = True  # it was examined, and nothing could be removed
                return
            self._failures = []
            try:
                if sys.version_info >= (3, 12):
                    shutil.rmtree(self.path, onexc=self._on_error)
                else:
                    shutil.rmtree(self.path, onerror=self._on_error_info)
            except RecursionError:  # up to Python 3.12, beyond a thousand levels (gh-89727)
                self._failures = []
                with descent(self.path, self.identity) as place:
                    remove_tree(place, self._on_error)

    def _are_refused_again(self, before: tuple[tuple[RemovalFailure, Classification], ...]) -> bool:
        """Retry only what failed, which is cheaper than going through the tree again."""
        return all(self._is_refused_again(failure) for failure, _ in before)

    def _is_refused_again(self, failure: RemovalFailure) -> bool:
        if failure.operation not in _TRIED_AGAIN or not self._is_in_place(failure.path):
            return False
        function = getattr(os, failure.operation)
        try:
            function(failure.path)
        except OSError as error:
            known = len(self._failures)
            self._on_error(function, failure.path, error)
            return len(self._failures) > known
        return False

    def _is_in_place(self, path: str) -> bool:
        """Return whether only folders lead from the root to a path, and no link or junction."""
        while path != self.path:
            path = path.rpartition(os.sep)[0]  # below the root, which is never that of a volume
            if path == self.path:
                return True
            if len(path) < len(self.path) or not _is_folder(path):
                return False
        return True

    def _on_error_info(self, function: Callable[..., Any], path: str, info: Any) -> None:  # noqa: ANN401
        self._on_error(function, path, info[1])

    def _on_error(self, function: Callable[..., Any], path: object, error: BaseException) -> None:
        if not isinstance(path, str):
            path = os.fsdecode(path) if isinstance(path, (bytes, os.PathLike)) else self.path
        meaning = classify(error)
        if meaning.delete is DeleteClass.ALREADY_GONE and not os.path.lexists(path):
            return
        if self._is_consequence(path, meaning):
            return
        self._make_writable(path, meaning)
        operation = getattr(function, "__name__", str(function))
        error.__traceback__ = None  # its frames keep alive what all callers have
        failure = RemovalFailure(path, operation, error, meaning.delete, meaning.code)
        self._failures.append((failure, meaning))

    def _is_consequence(self, path: str, meaning: Classification) -> bool:
        """Return whether a folder stays only because its contents do, or are not even known."""
        if meaning.code != _DIR_NOT_EMPTY and meaning.errno not in _NOT_EMPTY:
            return False
        inside = path.rstrip(os.sep) + os.sep
        return any(
            failure.path == path or failure.path.startswith(inside) for failure, _ in self._failures
        )

    def _make_writable(self, path: str, meaning: Classification) -> None:
        """Make a path writable, once.

        On Windows this clears the file's read-only attribute, elsewhere it changes the rights on
        its folder.
        """
        if path in self._cleared:
            return
        if meaning.code == _ACCESS_DENIED:
            about = [path]
        elif meaning.code is None and meaning.errno in _REFUSED and os.name == "posix":
            about = [path, *([] if path == self.path else [os.path.dirname(path)])]
        else:
            return
        self._cleared.add(path)
        for target in about:
            self.made_writable |= add_write_right(target, files=meaning.code == _ACCESS_DENIED)


def _is_folder(path: str) -> bool:
    try:
        return is_folder(os.lstat(path))
    except OSError:
        return False


def add_write_right(path: str, *, files: bool) -> bool:
    """Give the owner write access to a folder (or a file, if asked); links are not followed."""
    try:
        status = os.lstat(path)
        is_folder = stat.S_ISDIR(status.st_mode)
        if getattr(status, "st_file_attributes", 0) & _REPARSE_POINT:
            return False
        if not is_folder and not (files and stat.S_ISREG(status.st_mode)):
            return False
        wanted = status.st_mode | (stat.S_IRWXU if is_folder else stat.S_IWUSR)
        if wanted == status.st_mode:
            return False
        os.chmod(path, stat.S_IMODE(wanted))
    except OSError:
        return False
    return True
