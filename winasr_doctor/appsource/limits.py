"""Estimates what a source file would cost Python's parser, before parsing it."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from itertools import islice

MAX_TOKENS = 500_000
"""Tokens of one file. A token and its node cost up to 880 bytes of memory (measured on CPython
3.11 with `x;` repeated; code that people write costs about 200), so this is 440 MB at most."""

MAX_FSTRING_COST = 2_000_000_000
"""Replacement fields of an f-string times its length, summed over the file. CPython reads the
string again for every field (measured on 3.10 to 3.13: 1.4 s for 1,000,000,000)."""

LONG_LINE = 20_000
"""A line of this many characters is not passed to `tokenize`: Python 3.12.1 copies the whole line
for each of its tokens."""

_TOO_MANY = f"it has more than {MAX_TOKENS:,} tokens, which take too much memory to parse"
_TOO_LONG = "its f-strings are too long and have too many fields to be parsed in time"

_AT_LEAST_A_TOKEN = re.compile(r"\w+|[^\w\s]|\n\s*")
_STARTS_FSTRING = re.compile(r"[fFtT][rR]?['\"]")
_IS_FSTRING = re.compile(r"[rR]?[fF]")
_UNCOUNTED = frozenset({tokenize.COMMENT, tokenize.NL, tokenize.ENDMARKER})


def _kinds(*names: str) -> frozenset[int]:
    return frozenset(getattr(tokenize, name) for name in names if hasattr(tokenize, name))


_OPENING = _kinds("FSTRING_START", "TSTRING_START")
_CLOSING = _kinds("FSTRING_END", "TSTRING_END")
"""Python 3.12 splits f-strings into tokens, 3.14 t-strings; before, one is a single token."""


def too_costly(text: str) -> str | None:
    """Return why a file's syntax tree would cost too much, or `None` if it would not.

    Most files are too short for that and are not examined.

    Args:
        text: The decoded source.

    Returns:
        A text that completes `cannot examine FILE: ...`.
    """
    many = len(text) > MAX_TOKENS and _pieces_exceed(text, MAX_TOKENS)
    slow = text.count("{") * len(text) > MAX_FSTRING_COST
    if not many and not slow:
        return None
    lines = text.split("\n")
    if max(map(len, lines)) <= LONG_LINE:
        return _by_tokens(text)
    if many:
        return _TOO_MANY
    costs = (line.count("{") * len(line) for line in lines if _STARTS_FSTRING.search(line))
    return _TOO_LONG if sum(costs) > MAX_FSTRING_COST else None


def _pieces_exceed(text: str, most: int) -> bool:
    """Return whether a text has more than `most` words, marks and line ends, anywhere in it."""
    pieces = _AT_LEAST_A_TOKEN.finditer(text)
    return next(islice(pieces, most, None), None) is not None


def _by_tokens(text: str) -> str | None:
    tokens = spent = 0
    try:
        for count, cost in _costs(text):
            tokens += count
            spent += cost
            if tokens > MAX_TOKENS:
                return _TOO_MANY
            if spent > MAX_FSTRING_COST:
                return _TOO_LONG
    except (tokenize.TokenError, SyntaxError):
        return None  # the parser stops there as well, and reports why
    return None


def _costs(text: str) -> Iterator[tuple[int, int]]:
    """Yield tokens, and the cost of an f-string at its end."""
    depth = fields = length = 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        kind, string = token.type, token.string
        if kind in _UNCOUNTED:
            continue
        if kind == tokenize.STRING and _IS_FSTRING.match(string):
            inside = sum(1 for _ in _AT_LEAST_A_TOKEN.finditer(string))
            yield inside, string.count("{") * len(string)
            continue
        depth += (kind in _OPENING) - (kind in _CLOSING)
        fields += string == "{" and depth > 0
        length += len(string)
        ended = kind in _CLOSING and depth == 0
        yield 1, fields * length if ended else 0
        if depth == 0:
            fields = length = 0
