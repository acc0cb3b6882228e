"""Makes placeholders for names: numbered, with the name's own length and alphabet.

A placeholder keeps what a check may depend on: the length of a name, whether it has non-ASCII
characters, and the `~1` of a short name.
"""

from __future__ import annotations

import re

from winasr_doctor.machine.redaction.views import fold

LABELS = {
    "user": "user",
    "server": "server",
    "org": "org",
    "repo": "repo",
    "package": "package",
    "id": "id",
}
"""Kind of name, and the first letters of its placeholder."""

_FORMER_LABEL = "host"
"""The placeholder for servers before 0.2; snapshots that contain it stay unchanged."""

_HEADS = sorted({label[:end] for label in LABELS.values() for end in range(1, len(label) + 1)})
_ONE_CHARACTER = "①②③④⑤⑥⑦⑧⑨"
_SHORT_NAME = re.compile(r"~\d+(?:\.\w{1,3})?$")

_WHOLE = "|".join([*LABELS.values(), _FORMER_LABEL])
_CUT = "|".join([*_HEADS, "ho?s?"])
PLACEHOLDER = re.compile(
    rf"(?:(?:{_WHOLE})ü?[1-9]\d{{0,2}}x*|(?:{_CUT})?ü[1-9]\d?x*"
    rf"|(?:{_CUT})[1-9]\d?x*"
    rf"|[1-9{_ONE_CHARACTER}])(?:~\d+(?:\.x{{1,3}})?)?",
    re.IGNORECASE,
)
"""At most 99 if the word before the number is shortened: some employers use account names such as
`u1234567`.
"""

HEADS = frozenset(_HEADS)
"""Words that placeholders begin with; replacing them would redact placeholders again."""


def is_placeholder(name: str) -> bool:
    """Return whether a name looks like a placeholder, which is kept and never reassigned."""
    return PLACEHOLDER.fullmatch(name) is not None


class Placeholders:
    """Assigns every name a placeholder; the same name always gets the same one.

    Names are numbered by kind, in the order in which they are requested.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, tuple[str, int]] = {}
        self._given: dict[tuple[str, int, bool, str], str] = {}
        self._taken: dict[str, str] = {}
        self._last: dict[str, int] = {}
        self.counts: dict[str, int] = {}
        """How many names of each kind have a placeholder."""

    def reserve(self, placeholder: str) -> None:
        """Never assign this placeholder: it already occurs in the text."""
        self._taken.setdefault(placeholder.casefold(), placeholder)

    def of(self, name: str, kind: str) -> str:
        """Return a name's placeholder.

        Args:
            name: The name as it occurs in the text; its length and alphabet are kept.
            kind: A key of `LABELS`. The first one given for a name counts.
        """
        if is_placeholder(name):
            self.reserve(name)
            return name
        key = fold(name) or name
        short = _SHORT_NAME.search(name)
        tail = "" if short is None else _hidden(short[0])
        shape = (key, len(name), name.isascii(), tail)
        if shape not in self._given:
            self._given[shape] = self._fresh(shape, kind)
        return self._given[shape]

    def number(self, key: str, kind: str) -> int:
        """Return the number of a name that has no placeholder of the usual form."""
        return self._number(f"{kind}:{key}", kind)

    def _number(self, key: str, kind: str) -> int:
        if key not in self._numbers:
            self.counts[kind] = self.counts.get(kind, 0) + 1
            self._last[kind] = self._last.get(kind, 0) + 1
            self._numbers[key] = (kind, self._last[kind])
        return self._numbers[key][1]

    def _fresh(self, shape: tuple[str, int, bool, str], kind: str) -> str:
        key, length, ascii_only, tail = shape
        spelled_before = key in self._numbers
        number = self._number(key, kind)
        kind = self._numbers[key][0]
        longer = 0
        while True:
            made = _made(LABELS[kind], number, length - len(tail) + longer, ascii_only) + tail
            if made.casefold() not in self._taken:
                break
            if spelled_before:  # another spelling already has this number
                longer += 1
            else:
                number += 1
        self._numbers[key] = (kind, number)
        self._last[kind] = max(self._last.get(kind, 0), number)
        self._taken[made.casefold()] = key
        return made


def _hidden(tail: str) -> str:
    stem, dot, extension = tail.partition(".")
    return stem + dot + "x" * len(extension)


def _made(label: str, number: int, room: int, ascii_only: bool) -> str:
    digits = str(number)
    if room <= 1 and number <= len(_ONE_CHARACTER):
        return digits if ascii_only else _ONE_CHARACTER[number - 1]
    mark = "" if ascii_only else "ü"
    least = 0 if mark else 1
    head = label[: max(least, room - len(digits) - len(mark))]
    return (head + mark + digits).ljust(room, "x")
