"""Limits how much parsed source of a large app is in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from winasr_doctor.appsource.watch import SlowReading

if TYPE_CHECKING:
    from winasr_doctor.appsource.source_file import SourceFile

MAX_OPEN = 2_400_000
"""Characters of source whose trees may be in memory besides those that are kept; a tree takes about
27 bytes for each (measured on NeMo 3.0.0 with Python 3.11)."""


class Shelf:
    """The parsed files of a large app.

    Args:
        count: The number of the app's files.
        progress: Called with a line about how far a long examination is.

    Attributes:
        kept: Files that something refers to, so that their trees must stay.
    """

    def __init__(self, count: int = 0, progress: Callable[[str], None] | None = None) -> None:
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
        return self._loose > MAX_OPEN

    def make_room(self, *held: SourceFile) -> None:
        """Forget trees until there is room; those that were parsed most often stay.

        Args:
            held: Files to keep this time, besides those that are always kept.
        """
        for file in sorted(self._open, key=self._parsed.__getitem__):
            if self._loose <= MAX_OPEN // 2:
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
