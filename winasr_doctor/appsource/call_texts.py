"""Says from a file's text what its calls of a name can pass, so that fewer files are parsed.

An answer may be wrong in one direction only: a call that passes nothing may seem to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_STRING = r""""(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'"""
_PART = re.compile(
    rf"""\#[^\n]*|{_STRING}|(?P<opens>[(\[{{])|(?P<closes>[)\]}}])|(?P<comma>,)|(?P<stars>\*\*)"""
    r"""|(?P<keyword>[^\W\d]\w*)\s*=(?!=)|(?P<unclear>["']|\blambda\b)"""
)
"""What matters in the arguments of a call. A quotation mark that is left over starts a string of
several lines, and a lambda has commas of its own; both may hide anything."""

_OPENS = re.compile(r"[\s\\]*\(")


class Argument(NamedTuple):
    """An argument that a call may pass."""

    name: str
    place: int | None
    """Among the positional arguments; `None` if it can only be named."""


def may_pass(text: str, callee: str, argument: Argument) -> bool:
    """Return whether a call in a text may pass an argument, also with `**`.

    Args:
        text: The source.
        callee: The last part of the name that is called.
        argument: What it may pass.
    """
    return any(_passes(text, start, argument) for start in _calls(text, callee))


def _calls(text: str, callee: str) -> Iterator[int]:
    """Yield where the arguments of each call begin."""
    place = text.find(callee)
    while place >= 0:
        end = place + len(callee)
        opens = _OPENS.match(text, end)
        if opens and not (text[place - 1 : place].isalnum() or text[place - 1 : place] == "_"):
            yield opens.end()
        place = text.find(callee, end)


def _passes(text: str, start: int, argument: Argument) -> bool:
    depth, commas, named = 1, 0, False
    for part in _PART.finditer(text, start):
        kind = part.lastgroup
        depth += (kind == "opens") - (kind == "closes")
        if kind == "unclear":
            return True
        if depth == 0:
            break
        if depth == 1:
            named = named or kind == "keyword"
            commas += kind == "comma" and not named
            if kind == "stars" or (kind == "keyword" and part["keyword"] == argument.name):
                return True
    return argument.place is not None and commas >= argument.place
