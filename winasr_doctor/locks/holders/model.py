"""The answer to "who has this path open?", as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


class Who(str, Enum):
    """Whose process holds a path."""

    OURSELVES = "this process"
    CHILD = "a child of this process"
    OTHER = "another process"


class Process(NamedTuple):
    """One process: its parent's number and its program's name, `None` if unknown."""

    parent: int
    name: str | None


@dataclass(frozen=True, slots=True)
class Holder:
    """One process, or one Python object of this process, that has a path open.

    Attributes:
        who: Whose process it is.
        pid: The process's number.
        process: Its program name, such as `MsMpEng.exe`; `None` if it cannot be read.
        path: What it holds: the path that was asked for, or something below it.
        what: How it holds it: `open file`, `memory map`, `current directory`, `handle`.
        how: How we know: `/proc/123/fd`, `NtQueryInformationFile`, `Restart Manager` ...
        via: For this process, the Python object: `generator LazyJsonlIterator.__iter__ suspended
            at lazy.py:280`, `file object opened for reading` ...; `None` if it was not found.
    """

    who: Who
    pid: int
    process: str | None
    path: str
    what: str
    how: str
    via: str | None = None

    def __str__(self) -> str:
        name = self.process or "unknown program"
        where = f"{self.who.value} ({name}, pid {self.pid})"
        return f"{where}: {self.what}" + (f", {self.via}" if self.via else "")


@dataclass(frozen=True, slots=True)
class Holding:
    """The answer to "who has this path open?".

    Attributes:
        path: The path in question.
        holders: All that were found: this process first, then children, then others.
        undetermined: What could not be checked and why, one sentence each. If this and `holders`
            are empty, everyone was asked and nobody has it open.
        seconds: How long the search took.
        exists: Whether there is anything at the path.
    """

    path: str
    holders: tuple[Holder, ...] = ()
    undetermined: tuple[str, ...] = ()
    seconds: float = 0.0
    exists: bool = True

    @property
    def by_ourselves(self) -> bool:
        """Whether this process is a holder, so that waiting cannot help."""
        return any(holder.who is Who.OURSELVES for holder in self.holders)

    def __str__(self) -> str:
        if self.holders:
            return "; ".join(str(holder) for holder in self.holders)
        if self.undetermined:
            return "not checked: " + "; ".join(self.undetermined)
        return "nobody has it open"
