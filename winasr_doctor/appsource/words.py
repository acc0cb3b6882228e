"""Finds the files that contain a name, without searching all of them for each name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from winasr_doctor.appsource.source_file import SourceFile

_WORD = re.compile(r"[^\W\d]\w*")


class Words:
    """The files of an app by the words in their text; a word in a comment counts too.

    Args:
        files: The files.
    """

    def __init__(self, files: Sequence[SourceFile]) -> None:
        self._files: dict[str, list[SourceFile]] = {}
        for file in files:
            for word in set(_WORD.findall(file.text)):
                self._files.setdefault(word, []).append(file)

    def files_with(self, name: str) -> Sequence[SourceFile]:
        """Return the files that contain a name as a whole word, in the app's order."""
        return self._files.get(name, ())
