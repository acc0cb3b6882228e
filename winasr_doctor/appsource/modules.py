"""Finds the file of the app that a module name refers to."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import nlargest

from winasr_doctor.appsource.source_file import SourceFile

_DEEPEST = 8
"""Packages nested more deeply than this are found only by their last parts."""

_MOST_COMPARED = 200
"""Files of one name that are compared; there may be one in each of a thousand folders."""


class Modules:
    """The app's files by module name.

    The folder that the app starts in is unknown, so `pkg.config` means any file whose path ends in
    `pkg/config.py`; if there are several, the one nearest to the importing file.
    """

    def __init__(self, files: Sequence[SourceFile]) -> None:
        self._parts = {file: _parts(file.path) for file in files}
        self._by_name: dict[str, list[SourceFile]] = {}
        for file, parts in self._parts.items():
            for length in range(1, min(len(parts), _DEEPEST) + 1):
                self._by_name.setdefault(".".join(parts[-length:]), []).append(file)
        self._by_parts = {parts: file for file, parts in reversed(self._parts.items())}
        self._nearest: dict[tuple[str, tuple[str, ...]], list[SourceFile]] = {}

    def find(self, module: str, level: int, importer: SourceFile) -> SourceFile | None:
        """Return the file of a module.

        Args:
            module: Its dotted name; empty for `from . import ...`.
            level: The number of leading dots.
            importer: The file that imports it.
        """
        folder = self._folder(importer)
        if level:
            package = folder[: len(folder) - (level - 1)]
            wanted = (*package, *(module.split(".") if module else ()))
            return self._by_parts.get(wanted) if wanted else None
        beside = self._by_parts.get((*folder, *module.split(".")))
        if beside is not None and beside is not importer:
            return beside  # nothing is nearer
        key = (module, folder)
        if key not in self._nearest:
            candidates = self._by_name.get(module, ())[:_MOST_COMPARED]
            self._nearest[key] = nlargest(
                2, candidates, key=lambda file: _common(self._parts[file], folder)
            )
        return next((file for file in self._nearest[key] if file is not importer), None)

    def _folder(self, file: SourceFile) -> tuple[str, ...]:
        parts = self._parts[file]
        is_package = file.path.replace("\\", "/").endswith("__init__.py")
        return parts if is_package else parts[:-1]


def _parts(path: str) -> tuple[str, ...]:
    names = [name for name in path.replace("\\", "/").split("/") if name not in {"", "."}]
    if names:
        names[-1] = names[-1].rpartition(".")[0] or names[-1]
    if names[-1:] == ["__init__"]:
        names.pop()
    return tuple(names)


def _common(one: Sequence[str], other: Sequence[str]) -> tuple[int, int]:
    """Return how near two places are; a longer common start and a shorter rest mean nearer."""
    same = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        same += 1
    return same, -len(one)
