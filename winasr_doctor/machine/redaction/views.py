r"""Views of a text as a reader sees it, with a mapping back to the original.

A name can be spelled in many ways: `Grace%20Hopper`, `J\u00fcrgen`, `JÜRGEN`, `GROSS` for `Groß`. A
view undoes one kind of spelling and remembers the origin of each of its characters, so that a match
in the view can be replaced in the original.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_PAIR = r"[dD][89abAB][0-9A-Fa-f]{2}\\{1,32}u[dD][c-fC-F][0-9A-Fa-f]{2}"
_ESCAPES = tuple(
    re.compile(
        rf"(?P<slashes>\\{{1,64}})(?:u(?P<pair>{_PAIR})|(?P<code>{code}))"
        r"|(?<=\w)\\{1,64}(?P<quote>['’])(?=\w)"
    )
    for code in (
        "u[0-9A-Fa-f]{4}",
        "u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|U[0-9A-Fa-f]{8}",
    )
)
"""The escapes of JSON and of Python, which has more: `C:\\\\Users\\\\xavier` is a path in JSON."""

_MOST_ENCODINGS = 3
"""How many levels of percent-encoding are decoded: a URL may be nested in another."""

_LAST_CODE_POINT = 0x10FFFF
_COMBINING_MARKS = range(0x300, 0x370)
"""Accents that NFD separates from Latin, Greek and Cyrillic letters. Source: Unicode, block
"Combining Diacritical Marks".
"""

_WITHOUT_A_DECOMPOSITION = {"ı": "i", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "’": "'"}
"""Letters that people replace by plain ones and that Unicode does not decompose. `ı` is the lower
case of `I` in Turkish. Source: Unicode, SpecialCasing.txt and UnicodeData.txt.
"""


class TextView(NamedTuple):
    """A text and, for each character, the span of the original that it represents."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the original of a non-empty part of this view."""
        return self.starts[start], self.ends[end - 1]


def plain(text: str) -> TextView:
    """Return a text as it is."""
    return TextView(text, range(len(text)), range(1, len(text) + 1))


def readings(text: str) -> Iterator[TextView]:
    r"""Return a text as it is and, if it has escapes, with them decoded.

    Both count: in `C:\Users\u1234` the same characters may be an escape or a name.

    Args:
        text: Any string, lone surrogates included.
    """
    view = plain(text)
    yield view
    for _ in range(_MOST_ENCODINGS):
        if not _PERCENT.search(view.text):
            break
        view = _decoded(view, _PERCENT, _percent)
        yield view
    for escapes in _ESCAPES:
        if escapes.search(view.text):
            yield _decoded(view, escapes, _backslash)


class _Decoded(NamedTuple):
    """The meaning of an escape."""

    before: int
    """Number of leading characters that are not part of it."""
    chars: list[tuple[str, int]]
    """Each character and its length in the escape."""


def _percent(match: re.Match[str]) -> _Decoded:
    data = bytes.fromhex(match[0].replace("%", ""))
    decoded = data.decode("utf-8", "replace")
    if "\ufffd" in decoded:
        return _Decoded(0, [(char, 3) for char in data.decode("latin-1")])
    return _Decoded(0, [(char, 3 * len(char.encode())) for char in decoded])


def _backslash(match: re.Match[str]) -> _Decoded:
    r"""Decode `\u00fc`, in which every backslash may have been doubled several times.

    If their number is three times a power of two, they are an escaped separator followed by an
    escape.
    """
    if match["quote"]:
        return _Decoded(0, [("'", len(match[0]))])
    slashes = len(match["slashes"])
    before = 0 if slashes % 3 else slashes - slashes // 3
    if match["pair"]:
        high, low = int(match["pair"][:4], 16), int(match["pair"][-4:], 16)
        code = 0x10000 + ((high - 0xD800) << 10) + low - 0xDC00
    else:
        code = int(match["code"][1:], 16)
    char = chr(code) if code <= _LAST_CODE_POINT else "\ufffd"
    return _Decoded(before, [(char, len(match[0]) - before)])


def _decoded(
    view: TextView, pattern: re.Pattern[str], decode: Callable[[re.Match[str]], _Decoded]
) -> TextView:
    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    last = 0

    def keep(start: int, end: int) -> None:
        chars.extend(view.text[start:end])
        starts.extend(view.starts[start:end])
        ends.extend(view.ends[start:end])

    for match in pattern.finditer(view.text):
        decoded = decode(match)
        at = match.start() + decoded.before
        keep(last, at)
        for char, width in decoded.chars:
            chars.append(char)
            starts.append(view.starts[at])
            at += width
            ends.append(view.ends[at - 1])
        last = match.end()
    keep(last, len(view.text))
    return TextView("".join(chars), starts, ends)


@lru_cache(maxsize=4096)
def _folded_char(char: str) -> str:
    if "\ud800" <= char <= "\udfff":
        return "\ufffd"
    if char.isascii():
        return char.lower()
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    kept = (c for c in decomposed if ord(c) not in _COMBINING_MARKS)
    return "".join(_WITHOUT_A_DECOMPOSITION.get(c, c) for c in kept)


def fold(text: str) -> str:
    """Return a key that is equal for all spellings of a name.

    Case, accents, composed or decomposed letters, ligatures and the Turkish and German special
    cases are ignored. Unlike `paths.fold` it may change the length.
    """
    if text.isascii():
        return text.lower()
    return "".join(map(_folded_char, text))


def folded(view: TextView, *, hump: str = "") -> TextView:
    """Return the folded view of a view.

    Args:
        view: Any view.
        hump: What to insert before a capital that begins a word, as in `modelsGrace` or `GHopper`.
    """
    if view.text.isascii() and not hump:
        return TextView(view.text.lower(), view.starts, view.ends)
    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    before = ""
    following = f"{view.text} "[1:]
    for char, after, start, end in zip(view.text, following, view.starts, view.ends, strict=True):
        if hump and char.isupper() and (before.islower() or (before.isupper() and after.islower())):
            chars.append(hump)
            starts.append(start)
            ends.append(start)
        before = char
        kept = _folded_char(char)
        if not kept and ends:
            ends[-1] = max(end, ends[-1])  # an accent belongs to its letter
        for each in kept:
            chars.append(each)
            starts.append(start)
            ends.append(end)
    return TextView("".join(chars), starts, ends)
