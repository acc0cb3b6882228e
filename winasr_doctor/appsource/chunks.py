"""Splits the text of a file at its outermost functions and classes, so that few need parsing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

_STATEMENT = re.compile(
    r"^(?![\s#)\]}])(?P<definition>@|(?:async[ ]+)?(?:def|class)\b)?", re.MULTILINE
)
"""The start of a line that begins a statement, if it is not inside a string or brackets."""

_NAME = re.compile(r"^(?:async[ ]+)?(?:def|class)[ ]+(\w+)", re.MULTILINE)
_LONG_QUOTES = ('"""', "'''")


class Chunk(NamedTuple):
    """The text of an outermost function or class, with its decorators."""

    name: str
    start: int
    end: int
    line: int
    """Its first line, from 1."""


def split(text: str) -> tuple[Chunk, ...]:
    """Return the outermost functions and classes of a file.

    Args:
        text: The source.

    Returns:
        Chunks in their order; none if the text may be another than it looks.
    """
    found: list[Chunk] = []
    line, place = 1, 0
    for start, end in _spans(text):
        name = _NAME.search(text, start, end)
        if name is None:
            return ()
        line += text.count("\n", place, start)
        found.append(Chunk(name[1], start, end, line))
        place = start
    return tuple(found)


def _spans(text: str) -> list[tuple[int, int]]:
    """Return where definitions start and end."""
    found: list[tuple[int, int]] = []
    start, is_decorated = -1, False
    for place, kind in _statements(text):
        if is_decorated and kind:
            is_decorated = kind == "@"
            continue
        if start >= 0:
            found.append((start, place))
        start = place if kind else -1
        is_decorated = kind == "@"
    return found


def _statements(text: str) -> Iterator[tuple[int, str | None]]:
    """Yield where statements begin and how, and the end of the text if no string is open there."""
    is_inside, before = dict.fromkeys(_LONG_QUOTES, False), 0
    for statement in chain(_STATEMENT.finditer(text), (None,)):
        place = len(text) if statement is None else statement.start()
        for quotes in _LONG_QUOTES:
            is_inside[quotes] ^= text.count(quotes, before, place) % 2 == 1
        before = place
        if not any(is_inside.values()):
            yield place, statement and statement["definition"]


def without(text: str, chunks: tuple[Chunk, ...]) -> str:
    """Return the text of a file with empty lines in place of these chunks."""
    pieces, place = [], 0
    for chunk in chunks:
        pieces += [text[place : chunk.start], "\n" * text.count("\n", chunk.start, chunk.end)]
        place = chunk.end
    return "".join((*pieces, text[place:]))
