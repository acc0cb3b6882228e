"""Describes how a descriptor came to be."""

from __future__ import annotations

import os
from typing import NamedTuple

from winasr_doctor.faults.stacks import Places, Stack, lines_at

_KEPT = os.O_ACCMODE | os.O_APPEND | os.O_CLOEXEC if os.name == "posix" else 0
"""Flags that a descriptor keeps: they tell a new opening under an old number from the old one."""


class Opening(NamedTuple):
    """How a descriptor came to be.

    Attributes:
        names: The paths it was opened by, and those that the file got by renaming.
        places: Where it was opened, innermost first; empty if that is not known.
        flags: The flags of open(2), if they are known.
        by: What opened it, if not `open`.
        temporary: Whether Windows would delete the file with its last handle (`O_TEMPORARY`).
    """

    names: tuple[str, ...]
    places: Places = ()
    flags: int | None = None
    by: str = ""
    temporary: bool = False

    @property
    def stack(self) -> Stack:
        """The lines that opened it, innermost first."""
        return lines_at(self.places)

    def is_of(self, path: str) -> bool:
        """Return whether it opened a file that now has this real path."""
        return path in self.names or any(os.path.realpath(name) == path for name in self.names)

    def has_flags(self, flags: int) -> bool:
        """Return whether a descriptor with these flags may come from it."""
        return self.flags is None or not (self.flags ^ flags) & _KEPT
