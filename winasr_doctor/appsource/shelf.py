"""Limits how much parsed source of a large app is in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from winasr_doctor.appsource.source_file import SourceFile

MAX_OPEN = 3_000_000
"""Characters of source whose trees may be in memory besides those that are kept; a tree takes about
27 bytes for each (measured on NeMo 3.0.0 with Python 3.11)."""


class Shelf:
    """The parsed files of a large app.

    Attributes:
        kept: Files that something refers to, so that their trees must stay.
    """

    def __init__(self) -> None:
        self._open: dict[SourceFile, int] = {}
        self._size = 0
        self.kept: set[SourceFile] = set()

    def add(self, file: SourceFile) -> None:
        """Note that a file has been parsed."""
        self._open[file] = len(file.text)
        self._size += self._open[file]

    def remove(self, file: SourceFile) -> None:
        """Note that a file's tree has been forgotten."""
        self._size -= self._open.pop(file, 0)

    @property
    def is_full(self) -> bool:
        """Whether too much is parsed."""
        return self._size - sum(self._open.get(file, 0) for file in self.kept) > MAX_OPEN

    def clear(self, *held: SourceFile) -> None:
        """Forget the trees of all files that are neither kept nor held this time."""
        for file in [each for each in self._open if each not in self.kept and each not in held]:
            file.release()
