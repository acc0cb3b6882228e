"""Limits how much parsed source of a large app is in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from winasr_doctor.appsource.watch import SlowReading

if TYPE_CHECKING:
    from winasr_doctor.appsource.source_file import SourceFile

_MEMORY = 125_000_000
"""Bytes for the index of the words and for the trees that are not kept."""

_MARKS = "(.=,[:"
_PER_MARK = 700
"""Bytes that a tree and what is derived from it take for each of these marks in the source
(measured on NeMo 3.0.0, transformers and code without comments with Python 3.11); the index of the
words takes about one for each byte of source."""

_LEAST = 20_000_000


def room_for(size: int) -> int:
    """Return how many bytes the trees may take that are not kept.

    Args:
        size: The bytes of the whole app's source.
    """
    return max(_LEAST, _MEMORY - size)


class Shelf:
    """The parsed files of a large app.

    Args:
        size: The bytes of the app's source.
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
        self._loose = 0
        """Bytes of the trees that are not kept."""
        self._parsed: dict[SourceFile, int] = {}
        """How often each file has been parsed."""
        self.kept: set[SourceFile] = set()

    def add(self, file: SourceFile, text: str) -> None:
        """Note that a text of a file has been parsed."""
        size = _PER_MARK * sum(map(text.count, _MARKS))
        if file not in self._open:
            self.visit(file)
        self._open[file] = self._open.get(file, 0) + size
        if file not in self.kept:
            self._loose += size

    def visit(self, file: SourceFile) -> None:
        """Note that a file is examined."""
        self._parsed[file] = self._parsed.get(file, 0) + 1
        self._watch.at(len(self._parsed), self._count)

    def remove(self, file: SourceFile) -> None:
        """Note that a file's tree has been forgotten."""
        size = self._open.pop(file, 0)
        if file not in self.kept:
            self._loose -= size

    def keep(self, files: Iterable[SourceFile]) -> None:
        """Keep the trees of files from now on."""
        for file in files:
            if file not in self.kept:
                self.kept.add(file)
                self._loose -= self._open.get(file, 0)

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
            if self._loose <= self._room * 4 // 5:
                return
            if file not in self.kept and file not in held:
                file.release()

    def clear(self) -> None:
        """Forget all trees."""
        for file in tuple(self._open):
            file.release()
        self.kept.clear()
