"""Walks down a tree and up again, step by step, without following links.

Where the system supports it, the walk uses descriptors: it opens each folder relative to
its parent, so nobody can slip in a link, and deletes files from the folder that it examined. It
uses paths on Windows, and while injected faults make this system behave like Windows.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from winasr_doctor._util.private_names import RMTREE_BY_PATH, RMTREE_SWITCH, RMTREE_WAY
from winasr_doctor.locks.identity import (
    Identity,
    identify,
    identify_open,
    is_folder,
    same_folder,
)

MOST_OPEN = 32
"""Maximum number of folders open at once; others are opened again on the way back."""

_LOOK = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0)
_ENTER = (
    os.O_RDONLY
    | getattr(os, "O_DIRECTORY", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
)


_MOVED = "a folder was moved elsewhere while it was being removed"


class ReplacedError(Exception):
    """A folder is not the expected one; the text says what is there instead."""


def by_descriptors() -> bool:
    """Return whether trees are walked by descriptors.

    `shutil` decides this by the same names, which fault injection switches: the first up to Python
    3.13, the second from 3.14 on.
    """
    if not getattr(shutil.rmtree, "avoids_symlink_attacks", False):
        return False
    if sys.version_info < (3, 14):
        return bool(RMTREE_SWITCH.of_or(shutil, True))
    way = RMTREE_WAY.of_or(shutil, None)
    return way is None or way is not RMTREE_BY_PATH.of_or(shutil, None)


@dataclass(slots=True)
class _Level:
    name: str
    descriptor: int | None = None
    key: tuple[int, int] = (0, 0)


class Descent:
    """A position in a tree: the folder that a walk is in."""

    def __init__(self, root: str, identity: Identity | None = None) -> None:
        """Open the root.

        Args:
            root: An absolute path.
            identity: The identity it must have; `None` for any folder.

        Raises:
            OSError: It cannot be opened.
            ReplacedError: It is another folder.
        """
        self.root = root
        self._identity = identity
        self._above: int | None = None
        self._levels: list[_Level] = []
        if by_descriptors():
            self._above = os.open(os.path.dirname(root) or os.curdir, _LOOK)
        try:
            self.enter(os.path.basename(root) if self._above is not None else root, identity)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close every folder."""
        for level in self._levels:
            if level.descriptor is not None:
                os.close(level.descriptor)
        if self._above is not None:
            os.close(self._above)
        self._levels, self._above = [], None

    @property
    def dir_fd(self) -> int | None:
        """The folder's descriptor; `None` when walking by paths. Use it together with `at`."""
        if self._above is None or not self._levels:
            return self._above
        descriptor = self._levels[-1].descriptor
        if descriptor is None:  # the way back up was lost
            raise OSError(errno.ESTALE, _MOVED, self.root)
        return descriptor

    @property
    def inside(self) -> list[str]:
        """The names on the way from the root to the folder."""
        return [level.name for level in self._levels[1:]]

    def path(self, *names: str) -> str:
        """Return the path of the folder, or of something in it."""
        below = os.sep.join((*self.inside, *names))  # os.path.join takes quadratic time
        return os.path.join(self.root, below) if below else self.root

    def at(self, name: str) -> str:
        """Return the path to pass to a function of `os`, with `dir_fd`, for an entry here."""
        return name if self.dir_fd is not None or not self._levels else self.path(name)

    def entries(self) -> list[os.DirEntry[str]]:
        """List the folder.

        Raises:
            OSError: It cannot be listed.
        """
        descriptor = self.dir_fd
        with os.scandir(self.path() if descriptor is None else descriptor) as found:
            return list(found)

    def enter(self, name: str, identity: Identity | None = None) -> None:
        """Go into a folder of this folder.

        Args:
            name: Its name.
            identity: The identity it must have; `None` for any folder.

        Raises:
            NotADirectoryError: It is a link or no folder.
            OSError: It cannot be opened.
            ReplacedError: It is another folder.
        """
        level = self._step_by_path(name, identity)
        if level is None:
            level = self._step_by_descriptor(name, identity)
        self._levels.append(level)
        if len(self._levels) > MOST_OPEN:
            _close(self._levels[-MOST_OPEN - 1])

    def _step_by_path(self, name: str, identity: Identity | None) -> _Level | None:
        if self._above is not None:
            return None
        path = self.at(name)
        if not is_folder(os.lstat(path)):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)
        if identity is not None and not same_folder(identify(path), identity):
            raise ReplacedError(path)
        return _Level(name)

    def _step_by_descriptor(self, name: str, identity: Identity | None) -> _Level:
        try:
            descriptor = os.open(name, _ENTER, dir_fd=self.dir_fd)
        except OSError as error:
            if error.errno == errno.ELOOP:  # a link; Linux says so with ENOTDIR
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), name) from error
            raise
        level = _Level(name, descriptor)
        try:
            level.key = _key(os.fstat(descriptor))
            same = identity is None or same_folder(identify_open(descriptor), identity)
        except BaseException:
            _close(level)
            raise
        if not same:
            _close(level)
            raise ReplacedError(name)
        return level

    def leave(self) -> str:
        """Go back up.

        Returns:
            The name of the folder that was left.

        Raises:
            OSError: The folder was moved elsewhere in the meantime; this walk cannot continue.
        """
        left = self._levels.pop()
        above = self._levels[-1] if self._levels else None
        try:
            if above is not None and above.descriptor is None and left.descriptor is not None:
                above.descriptor = _parent_of(left.descriptor, above.key)
        finally:
            _close(left)
        return left.name

    def go(self, names: list[str], identities: dict[str, Identity]) -> None:
        """Go to a folder of the tree.

        Args:
            names: The names on the way from the root.
            identities: The identity each folder on the way must have, by its path from the root.

        Raises:
            OSError: One of them cannot be opened, or is a link or no folder.
            ReplacedError: One of them is another folder, or has no known identity.
        """
        if self._above is None:
            self._go_by_path(names, identities)
            return
        here = self.inside
        common = 0
        while common < min(len(here), len(names)) and here[common] == names[common]:
            common += 1
        for _ in here[common:]:
            self.leave()
        for number, name in enumerate(names[common:], common + 1):
            identity = identities.get(os.sep.join(names[:number]))
            if identity is None:
                raise ReplacedError(self.path(name))
            self.enter(name, identity)

    def _go_by_path(self, names: list[str], identities: dict[str, Identity]) -> None:
        """Go there directly and check the last folder: if it is right, so is the way to it."""
        self._levels = [self._levels[0], *map(_Level, names)]
        identity = identities.get(os.sep.join(names)) if names else self._identity
        now = identify(self.path())
        if identity is None or not same_folder(now, identity):
            raise ReplacedError(self.path())

    def remove_root(self) -> None:
        """Leave the root, which must be empty, and remove it.

        Raises:
            OSError: It cannot be removed, or is not there any more.
            ReplacedError: Something else has taken its place.
        """
        if self._above is None:
            os.rmdir(self.root)
            return
        key, name = self._levels[0].key, os.path.basename(self.root)
        self.leave()
        if _key(os.stat(name, dir_fd=self._above, follow_symlinks=False)) != key:
            raise ReplacedError(self.root)
        os.rmdir(name, dir_fd=self._above)


@contextmanager
def descent(root: str, identity: Identity | None = None) -> Iterator[Descent]:
    """Open a tree, and close it at the end; takes and raises the same as `Descent`."""
    place = Descent(root, identity)
    try:
        yield place
    finally:
        place.close()


def _key(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _close(level: _Level) -> None:
    if level.descriptor is not None:
        os.close(level.descriptor)
        level.descriptor = None


def _parent_of(descriptor: int, key: tuple[int, int]) -> int:
    parent = os.open("..", _LOOK, dir_fd=descriptor)
    if _key(os.fstat(parent)) == key:
        return parent
    os.close(parent)
    raise OSError(errno.ESTALE, _MOVED)
