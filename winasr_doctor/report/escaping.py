"""Makes any string, and any evidence, safe to write.

File names may hold anything: a lone surrogate that no encoding accepts, an escape sequence that
drives the terminal, a mark that reverses the reading direction. Characters that cannot be shown are
written as the escapes that Python would print, so that they are visible and have no effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from math import isfinite

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Controls, format characters (which include the bidirectional ones), surrogates, separators."""

_HARMLESS = frozenset("\n\t\u200c\u200d")
"""Line ends, tabs, and the joiners that Persian, Indic scripts and emoji need."""

_DEEPEST = 40
"""Maximum number of levels of nesting that are shown; evidence has two or three."""

_NONCHARACTER = 0xFFFE
"""The last two characters of every Unicode plane end in these bits."""

_LARGEST = 2**63
"""Integers above this become text, because many JSON readers would round or refuse them."""


def utf8(text: str) -> str:
    r"""Replace lone surrogates by their escapes (`\udc80`) and nothing else."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def visible(text: str) -> str:
    r"""Replace everything invisible by its escape, such as `\x1b`.

    The result is also valid in XML 1.0, which forbids controls, surrogates, U+FFFE and U+FFFF (W3C,
    "Extensible Markup Language 1.0", production `Char`).
    """
    if text.isprintable():
        return text
    return "".join(map(_seen, text.replace("\r\n", "\n")))


def _seen(char: str) -> str:
    if char in _HARMLESS or char.isprintable():
        return char
    import unicodedata

    if unicodedata.category(char) in _INVISIBLE or ord(char) & _NONCHARACTER == _NONCHARACTER:
        return char.encode("unicode_escape").decode("ascii")
    return char


def one_line(text: str) -> str:
    """Make a text visible, and replace its line ends and tabs by spaces."""
    return " ".join(visible(text).split())


def plain(value: object, depth: int = 0) -> object:
    """Reduce evidence to plain JSON values without lone surrogates.

    Args:
        value: A check's evidence; a check of another package may contain anything.
        depth: How deep this value is nested.

    Returns:
        The same value built from `None`, `bool`, `int`, `float`, `str`, `list` and `dict`; what
        JSON cannot express becomes text.
    """
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool):
        return value
    if _is_number(value):
        return value
    if isinstance(value, (Mapping, Iterable)) and not isinstance(value, (str, bytes, bytearray)):
        return _plain_items(value, depth + 1) if depth < _DEEPEST else "..."
    return utf8(str(value))


def _is_number(value: object) -> bool:
    """Return whether every JSON reader reads a number in the same way."""
    if isinstance(value, float):
        return isfinite(value)
    return isinstance(value, int) and -_LARGEST <= value < _LARGEST


def _plain_items(
    values: Mapping[object, object] | Iterable[object], depth: int
) -> dict[str, object] | list[object]:
    if isinstance(values, Mapping):
        return {utf8(str(name)): plain(value, depth) for name, value in values.items()}
    return [plain(value, depth) for value in values]


def plain_mapping(values: Mapping[str, object]) -> dict[str, object]:
    """Reduce named evidence to plain JSON values; see `plain`."""
    return {utf8(str(name)): plain(value, 1) for name, value in values.items()}
