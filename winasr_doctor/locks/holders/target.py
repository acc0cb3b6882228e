"""The path in question: a file or a folder, in every spelling that the system may use."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import dataclass
from functools import cached_property

from winasr_doctor._util.paths import segments

DELETED = " (deleted)"
"""What Linux appends to the name of an open file that was deleted (proc(5), `/proc/pid/fd`)."""

OS_NAME = {"win32": "windows", "darwin": "darwin"}.get(sys.platform, "linux")


@dataclass(frozen=True)  # no slots: `spellings` is kept
class HeldPath:
    """A file or folder that somebody may have open.

    Attributes:
        asked: The path as given by the caller.
        absolute: The absolute path.
        name: What every spelling of it contains; empty if nothing is known to be.
        exists: Whether anything is there.
        folder: Whether it is a folder: what is open anywhere below it counts too.
        identity: A file's volume and number, which identify it under another name; `None` for a
            folder, or on a file system without file numbers.
    """

    asked: str
    absolute: str
    name: str
    exists: bool
    folder: bool
    identity: tuple[int, int] | None

    @classmethod
    def of(cls, path: str | os.PathLike[str]) -> HeldPath:
        """Examine a path; one that cannot be examined counts as an existing file.

        Args:
            path: A file or folder.
        """
        asked = os.fspath(path)
        absolute = os.path.abspath(asked)
        name = f"/{os.path.basename(absolute)}" if OS_NAME == "linux" else ""
        exists, folder, identity = True, False, None
        try:
            found = os.lstat(absolute) if name else os.stat(absolute)
            if stat.S_ISLNK(found.st_mode):
                name, found = "", os.stat(absolute)
        except PermissionError:  # on Windows also a sharing violation: it exists
            pass
        except (OSError, ValueError):
            exists = os.path.lexists(absolute)  # a broken link
        else:
            folder = stat.S_ISDIR(found.st_mode)
            if stat.S_ISREG(found.st_mode) and found.st_ino:
                identity = (found.st_dev, found.st_ino)
        held = cls(asked, absolute, name, exists, folder, identity)
        if OS_NAME != "linux":
            held.spellings  # noqa: B018 - while the caller waits no longer than it wants to
        return held

    @cached_property
    def spellings(self) -> tuple[str, ...]:
        """The absolute path, and the path with links resolved if that differs."""
        try:
            real = os.path.realpath(self.absolute)
        except (OSError, ValueError):
            real = self.absolute
        return (self.absolute,) if real == self.absolute else (self.absolute, real)

    def covers(self, path: str) -> bool:
        """Return whether a path, as the system spells it, is the target or below it.

        Args:
            path: An absolute path.
        """
        if OS_NAME == "linux":  # the hot loop over all of /proc: no splitting
            for root in self.spellings if self.name in path else ():
                if path.startswith(root) and (path[len(root) :][:1] in {"", "/"} or root == "/"):
                    return True
            return False
        parts = segments(path, OS_NAME)
        return any(parts[: len(head)] == head for head in self._heads())

    def is_also(self, status: os.stat_result) -> bool:
        """Return whether an open file is the target under any name, by its status.

        Args:
            status: From `os.stat` or `os.fstat`.
        """
        return self.identity is not None and self.identity == (status.st_dev, status.st_ino)

    def _heads(self) -> list[tuple[str, ...]]:
        return [head for root in self.spellings if (head := segments(root, OS_NAME))]
