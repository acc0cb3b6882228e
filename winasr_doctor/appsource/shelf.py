"""Limits how much parsed source of a large app is in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from winasr_doctor.appsource.watch import SlowReading

if TYPE_CHECKING:
    from winasr_doctor.appsource.source_file import SourceFile

_MEMORY = 130_000_000
"""Bytes for the index of the words and for the trees that are not kept."""

_TREE = 33
"""Bytes that a tree and what is derived from it take for a character of source (measured on NeMo
3.0.0 with Python 3.11); the index of the words takes about one."""

_LEAST = 500_000


def room_for(size: int) -> int:
    """Return how many characters of source may be parsed at a time.

    Args:
        size: The characters of the whole app.
    """
    return max(_LEAST, (_MEMORY - size) // _TREE)


class Shelf:
    """The parsed files of a large app.

    Args:
        size: The characters of the app.
        count: The number of its files.
        progress: Called with a line about how far a long examination is.

    Attributes:
        kept: Files that something refers to, so that their trees must stay.
    """

    def __init__(
        self, size: int, count: int, progress: Callable[[str], None] | None = None
    ) -> None:
        self._room = room_for(size)
        self._count = count
        self._watch = SlowReading(progress, "Examining the app")
        self._open: dict[SourceFile, int] = {}
        self._size = 0
        self._parsed: dict[SourceFile, int] = {}
        """How often each file has been parsed."""
        self.kept: set[SourceFile] = set()

    def add(self, file: SourceFile) -> None:
        """Note that a file has been parsed."""
        self._open[file] = len(file.text)
        self._size += self._open[file]
        self._parsed[file] = self._parsed.get(file, 0) + 1
        self._watch.at(len(self._parsed), self._count)

    def remove(self, file: SourceFile) -> None:
        """Note that a file's tree has been forgotten."""
        self._size -= self._open.pop(file, 0)

    @property
    def is_full(self) -> bool:
        """Whether too much is parsed."""
        return self._loose > self._room

    def make_room(self, *held: SourceFile) -> None:
        """Forget trees until there is room; those that were parsed most often stay.

        Args:
            held: Files to keep this time, besides those that are always kept.
        """
        for file in sorted(self._open, key=self._parsed.__getitem__):
            if self._loose <= self._room // 2:
                return
            if file not in self.kept and file not in held:
                file.release()

    def clear(self) -> None:
        """Forget all trees."""
        self.kept.clear()
        for file in tuple(self._open):
            file.release()

    @property
    def _loose(self) -> int:
        return self._size - sum(self._open.get(file, 0) for file in self.kept)
