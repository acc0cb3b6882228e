"""Finds comments that silence findings: `# winasr: ignore[CODE, CODE2] reason`."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from winasr_doctor.appsource.limits import LONG_LINE
from winasr_doctor.appsource.parts import IgnoreComment

MAX_LIST = 1_000
"""The longest list, in characters; all existing codes together are shorter."""

MARK = "winasr:"
_COMMENT = re.compile(r"#\s*winasr:\s*ignore\s*\[([^\[\]]*)\]")
"""No `[` inside the list: a comment that repeats the beginning is searched once, not once for
every repetition."""
_SEPARATORS = re.compile(r"[\s,]+")
_BEFORE_REASON = " \t-:–—"


class LongListError(ValueError):
    """The list is longer than `MAX_LIST`; the message is one sentence without a full stop."""


class _Span(NamedTuple):
    """The place of a string literal, all its adjacent parts: line from 1, column in UTF-8 bytes."""

    start: tuple[int, int]
    end: tuple[int, int]


def silences(text: str, tree: ast.Module) -> Mapping[int, IgnoreComment]:
    r"""Find comments that silence findings; a string that looks like one does not count.

    Args:
        text: The source, with `\n` as the only line ending.
        tree: The parsed source.

    Returns:
        The comments by line.

    Raises:
        LongListError: A comment lists more codes than exist.
    """
    found: dict[int, IgnoreComment] = {}
    lines = text.split("\n")
    strings = _Strings(lines, tree)
    for number, line in enumerate(lines, 1):
        listed = _in_comment(line, number, strings) if MARK in line else None
        if listed is None:
            continue
        if len(listed[1]) > MAX_LIST:
            raise LongListError(f"line {number} ignores a list of over {MAX_LIST:,} characters")
        codes = tuple(code for code in _SEPARATORS.split(listed[1].upper()) if code)
        if codes:
            reason = line[listed.end() :].lstrip(_BEFORE_REASON).strip()
            found[number] = IgnoreComment(codes, reason)
    return found


def _in_comment(line: str, number: int, strings: _Strings) -> re.Match[str] | None:
    """Return the first match in a line that is outside every string literal."""
    at = offset = 0
    for match in _COMMENT.finditer(line):
        offset += len(line[at : match.start()].encode("utf-8", "surrogatepass"))
        at = match.start()
        if not strings.contain(number, at, offset):
            return match
    return None


class _Strings:
    """The string literals of a file."""

    def __init__(self, lines: list[str], tree: ast.Module) -> None:
        self._lines = lines
        self._spans = _outermost(sorted(_literals(tree)))
        self._starts = [span.start for span in self._spans]
        self._comments: dict[_Span, frozenset[tuple[int, int]]] = {}

    def contain(self, line: int, column: int, offset: int) -> bool:
        """Return whether a place is inside a literal: column in characters, offset in bytes."""
        number = bisect_right(self._starts, (line, offset)) - 1
        if number < 0 or (line, offset) >= self._spans[number].end:
            return False
        span = self._spans[number]
        if span not in self._comments:
            self._comments[span] = frozenset(self._comments_in(span))
        return (line, column) not in self._comments[span]

    def _comments_in(self, span: _Span) -> Iterator[tuple[int, int]]:
        """Yield the places of comments between the parts of a literal, columns in characters."""
        (first, offset), (last, end) = span
        inside = self._lines[first - 1 : last]
        if len(inside) == 1 or max(map(len, inside)) > LONG_LINE:
            return  # a comment ends its line
        indent = len(_text(inside[0], offset))
        inside[-1] = _text(inside[-1], end)
        inside[0] = "(" + inside[0][indent:]
        source = "\n".join((*inside, ")"))
        try:
            for token in tokenize.generate_tokens(io.StringIO(source).readline):
                if token.type == tokenize.COMMENT:
                    row, column = token.start
                    yield first + row - 1, column + (indent - 1 if row == 1 else 0)
        except (tokenize.TokenError, SyntaxError):
            return


def _text(line: str, offset: int) -> str:
    """Return the part of a line before an offset in UTF-8 bytes."""
    return line.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "replace")


def _literals(tree: ast.Module) -> Iterator[_Span]:
    template = getattr(ast, "TemplateStr", ast.JoinedStr)  # new in Python 3.14
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and not isinstance(node.value, str | bytes):
            continue
        if isinstance(node, ast.Constant | ast.JoinedStr | template):
            end = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
            yield _Span((node.lineno, node.col_offset), end)


def _outermost(spans: list[_Span]) -> list[_Span]:
    """Drop the literals inside the fields of another literal."""
    kept: list[_Span] = []
    for span in spans:
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
        elif span.end > kept[-1].end:
            kept[-1] = _Span(kept[-1].start, span.end)
    return kept
