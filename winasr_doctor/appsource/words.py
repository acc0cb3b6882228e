"""Finds the files that contain a name, without searching all of them for each name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import Enum

from winasr_doctor.appsource.source_file import SourceFile

_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_WORD = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")
_ENDS = frozenset(b"),\n;#\\")
_BLANK = frozenset(b" \t\f")
_TABLE = bytes(
    byte if byte in _WORD or byte == ord("(") else b")"[0] if byte in _ENDS
    else b" "[0] if byte in _BLANK else b"\v"[0]
    for byte in range(256)
)  # fmt: skip
"""What may end an argument or a statement becomes a closing bracket, any other mark a space."""

_MARKS = (
    *((before + b"def ", before + b"def=") for before in (b" ", b")")),
    *((b" as" + after, b") as" + after) for after in (b" ", b")")),
)
"""A definition is one word with its `def`; a name before `as` ends there."""


class Use(Enum):
    """How a file uses a name, by the text beside it: the form of the word in the index."""

    DEFINED = "def={}", "def={}(", "def={})"
    CALLED = ("{}(",)
    HANDED_ON = ("{})",)
    """It ends an argument, a statement or an import's name, so it may be passed or renamed."""
    OTHER = ("{}",)


def _marked(text: str) -> str:
    """Return the words of a text, each with a bracket if one follows, separated by spaces."""
    lines = map(bytes.strip, text.encode("utf-8", "replace").split(b"\n"))
    found = b" " + b"\n".join(lines).translate(_TABLE)
    for old, new in _MARKS:
        found = found.replace(old, new)
    for blanks in (16, 4, 2, 2):
        found = found.replace(b" " * blanks, b" ")
    for bracket in (b"(", b")"):
        found = found.replace(b" " + bracket, bracket)
    found = found.replace(b"(", b"( ").replace(b")", b") ")
    return found.decode("ascii")


class Words:
    """The files of an app by the words in their text; a word in a comment counts too.

    It holds numbers, not texts, so that it stays small: about 20 MB for 50 MB of source.

    Args:
        files: The files.
    """

    def __init__(self, files: Iterable[SourceFile] = ()) -> None:
        self._files: list[SourceFile] = []
        self._added: defaultdict[str, list[int]] = defaultdict(list)
        self._packed: dict[str, tuple[int, ...]] = {}
        self._answers: dict[tuple[frozenset[str], bool], Sequence[SourceFile]] = {}
        self._found: dict[tuple[str, bool], frozenset[int]] = {}
        self._vocabulary: str | None = None
        self._folded = ""
        for file in files:
            self.add(file, file.text)

    def add(self, file: SourceFile, text: str) -> None:
        """Add a file with its text, after those that were added before."""
        number = len(self._files)
        self._files.append(file)
        self._answers.clear()
        self._found.clear()
        self._vocabulary = None
        places = self._added
        for word in set(_marked(text).split()):
            places[word].append(number)

    @property
    def _places(self) -> dict[str, tuple[int, ...]]:
        """The files of each word, by number; words in the same files share one tuple."""
        if self._added:
            shared: dict[tuple[int, ...], tuple[int, ...]] = {}
            while self._added:
                word, numbers = self._added.popitem()
                if not word.rstrip("()").isdigit():
                    files = (*self._packed.get(word, ()), *numbers)
                    self._packed[word] = shared.setdefault(files, files)
        return self._packed

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
        forms = (form.format(word) for use in uses for form in use.value)
        places = self._places
        return frozenset().union(*(places.get(form, ()) for form in forms))

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
                found &= self._with_words_like(needle, fold)
        return found

    def _with_words_like(self, needle: str, fold: bool) -> frozenset[int]:
        key = needle, fold
        if key not in self._found:
            words = self._words_like(needle, fold)
            self._found[key] = frozenset().union(*map(self._whole, words))
        return self._found[key]

    def _words_like(self, needle: str, fold: bool) -> set[str]:
        """Return the words that contain a text; a line end in it is the start or end of a word."""
        if self._vocabulary is None:
            words = {word.rpartition("=")[2].rstrip("()") for word in self._places}
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
