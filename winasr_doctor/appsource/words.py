"""Finds the files that contain a name, without searching all of them for each name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import Enum

from winasr_doctor.appsource.source_file import SourceFile

_TOKEN = re.compile(
    r"(?:\bdef )?[A-Za-z_]\w*(?:[ \t]*\(|[),\n;#\\]|[ \t]+(?:(?=as\b)|[),\n;#\\]))?", re.ASCII
)
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)


class Use(Enum):
    """How a file uses a name, by the text beside it."""

    DEFINED = "def"
    CALLED = "("
    HANDED_ON = ")"
    """It ends an argument, a statement or an import's name, so it may be passed or renamed."""
    OTHER = ""


class Words:
    """The files of an app by the words in their text; a word in a comment counts too.

    It holds numbers, not texts, so that it stays small: about 20 MB for 50 MB of source.

    Args:
        files: The files.
    """

    def __init__(self, files: Iterable[SourceFile] = ()) -> None:
        self._files: list[SourceFile] = []
        self._places: dict[Use, dict[str, list[int]]] = {use: {} for use in Use}
        self._answers: dict[tuple[frozenset[str], bool], Sequence[SourceFile]] = {}
        self._vocabulary: str | None = None
        self._folded = ""
        for file in files:
            self.add(file)

    def add(self, file: SourceFile) -> None:
        """Add a file, after those that were added before."""
        number = len(self._files)
        self._files.append(file)
        self._answers.clear()
        self._vocabulary = None
        called, defined = self._places[Use.CALLED], self._places[Use.DEFINED]
        handed, other = self._places[Use.HANDED_ON], self._places[Use.OTHER]
        plain = set()
        for token in set(_TOKEN.findall(file.text)):
            last = token[-1]
            if token[:4] == "def ":
                defined.setdefault(token[4:].rstrip("( \t"), []).append(number)
            elif last == "(":
                called.setdefault(token[:-1].rstrip(), []).append(number)
            elif last == "_" or last.isalnum():
                other.setdefault(token, []).append(number)
            else:
                plain.add(token.rstrip("),\n;#\\ \t"))
        for word in plain:
            handed.setdefault(word, []).append(number)

    def files_with(self, name: str, *uses: Use) -> Sequence[SourceFile]:
        """Return the files that contain a name as a whole word, in the app's order.

        Args:
            name: The name. Of one that is not ASCII only a part is looked for, so there may be
                files that do not contain it.
            uses: How the file uses it; by default any way.
        """
        parts = _NAME.findall(name)
        if not parts:
            return tuple(self._files)
        return self._named(self._whole(max(parts, key=len), uses or tuple(Use)))

    def count(self, name: str, *uses: Use) -> int:
        """Return how many files use a name in one of these ways, by default in any."""
        return len(self._whole(name, uses or tuple(Use)))

    def files_containing(self, *texts: str, fold: bool = False) -> Sequence[SourceFile]:
        """Return at least every file that contains one of these texts, in the app's order.

        A text is looked up by its words, so there may be files that contain these elsewhere.

        Args:
            texts: The texts, such as `os.fork`.
            fold: Whether upper and lower case are the same.
        """
        key = (frozenset(texts), fold)
        if key not in self._answers:
            self._answers[key] = self._named(self._find(key[0], fold))
        return self._answers[key]

    def _named(self, numbers: Iterable[int]) -> Sequence[SourceFile]:
        return tuple(self._files[number] for number in sorted(numbers))

    def _whole(self, word: str, uses: Iterable[Use] = tuple(Use)) -> frozenset[int]:
        return frozenset().union(*(self._places[use].get(word, ()) for use in uses))

    def _find(self, texts: Iterable[str], fold: bool) -> frozenset[int]:
        return frozenset().union(
            *(self._holding(text.lower() if fold else text, fold) for text in texts)
        )

    def _holding(self, text: str, fold: bool) -> frozenset[int]:
        """Return the files that contain every word of a text."""
        found = frozenset(range(len(self._files)))
        for part in _NAME.finditer(text):
            begins = part.start() > 0 and not text[part.start() - 1].isalnum()
            ends = part.end() < len(text)
            if part[0] == "def":
                continue  # it is part of the word after it
            if begins and ends and not fold:
                found &= self._whole(part[0])
            else:
                needle = "\n" * begins + part[0] + "\n" * ends
                found &= frozenset().union(*map(self._whole, self._words_like(needle, fold)))
        return found

    def _words_like(self, needle: str, fold: bool) -> set[str]:
        """Return the words that contain a text; a line end in it is the start or end of a word."""
        if self._vocabulary is None:
            words = set().union(*self._places.values())
            self._vocabulary = "\n".join(("", *words, ""))
            self._folded = self._vocabulary.lower()
        lines = self._folded if fold else self._vocabulary
        found, place = set(), lines.find(needle)
        while place >= 0:
            start = place if needle[0] == "\n" else lines.rfind("\n", 0, place)
            end = lines.find("\n", start + 1)
            found.add(self._vocabulary[start + 1 : end])
            place = lines.find(needle, end)
        return found
