"""Splits the text of a file at its functions, classes and methods, so that few need parsing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

_INDENTS = ("", " " * 4)
_STATEMENTS = {
    indent: re.compile(
        rf"^{indent}(?![\s#)\]}}])(?P<definition>@|(?:async[ ]+)?(?:def|class)\b)?", re.MULTILINE
    )
    for indent in _INDENTS
}
"""The start of a line that begins a statement, if it is not inside a string or brackets."""

_NAMES = {
    indent: re.compile(rf"^{indent}(?:async[ ]+)?(?:def|class)[ ]+(\w+)", re.MULTILINE)
    for indent in _INDENTS
}
_LONG_QUOTES = ('"""', "'''")


_LARGE = 1_000
"""Characters from which on a class is worth splitting."""


class Chunk(NamedTuple):
    """The text of a function or class with its decorators."""

    name: str
    start: int
    end: int
    line: int
    """Its first line, from 1."""
    indent: str = ""


def split(text: str) -> tuple[Chunk, ...]:
    """Return the outermost functions and classes of a file.

    Args:
        text: The source.

    Returns:
        Chunks in their order; none if the text may be another than it looks.
    """
    return () if "\f" in text else _chunks(text, Chunk("", 0, len(text), 1), "")


def members(text: str, chunk: Chunk) -> tuple[Chunk, ...]:
    """Return the functions and classes in a large class that ends with only these.

    Args:
        text: The source of the file.
        chunk: The class.

    Returns:
        Chunks in their order; none if the class should be parsed as a whole.
    """
    if chunk.indent or chunk.end - chunk.start < _LARGE:
        return ()
    found = _chunks(text, chunk, " " * 4)
    ends = [*(each.start for each in found[1:]), chunk.end]
    return found if [each.end for each in found] == ends else ()


def _chunks(text: str, around: Chunk, indent: str) -> tuple[Chunk, ...]:
    found: list[Chunk] = []
    line, place = around.line, around.start
    for start, end in _spans(text, around, indent):
        name = _NAMES[indent].search(text, start, end)
        if name is None:
            return ()
        line += text.count("\n", place, start)
        found.append(Chunk(name[1], start, end, line, indent))
        place = start
    return tuple(found)


def _spans(text: str, around: Chunk, indent: str) -> list[tuple[int, int]]:
    """Return where definitions start and end; nothing if one may contain what is none of its."""
    found: list[tuple[int, int]] = []
    start, is_decorated = -1, False
    for place, kind, is_certain in _statements(text, around, indent):
        if not is_certain:
            if start >= 0:
                return []
        elif is_decorated and kind:
            is_decorated = kind == "@"
        else:
            if start >= 0:
                found.append((start, place))
            start = place if kind else -1
            is_decorated = kind == "@"
    return found


def _statements(text: str, around: Chunk, indent: str) -> Iterator[tuple[int, str | None, bool]]:
    """Yield where statements and the end are, what they begin with, and whether that is certain.

    It is not after a backslash, nor where a string of several lines seems to be open.
    """
    quotes = [*_quotes(text, around), (len(text) + 1, "")]
    odd: set[str] = set()
    number = 0
    for statement in chain(_STATEMENTS[indent].finditer(text, around.start, around.end), (None,)):
        place = around.end if statement is None else statement.start()
        while quotes[number][0] < place:
            odd ^= {quotes[number][1]}
            number += 1
        is_certain = not odd and text[place - 2 : place] != "\\\n"
        yield place, statement and statement["definition"], is_certain


def _quotes(text: str, around: Chunk) -> list[tuple[int, str]]:
    """Return the places of the quotation marks that may begin or end a string of several lines."""
    found = []
    for mark in _LONG_QUOTES:
        place = text.find(mark, around.start, around.end)
        while place >= 0:
            found.append((place, mark))
            place = text.find(mark, place + len(mark), around.end)
    return sorted(found)


def without(text: str, chunks: tuple[Chunk, ...]) -> str:
    """Return the text of a file with empty lines in place of these chunks."""
    pieces, place = [], 0
    for chunk in chunks:
        pieces += [text[place : chunk.start], "\n" * text.count("\n", chunk.start, chunk.end)]
        place = chunk.end
    return "".join((*pieces, text[place:]))
