"""Says from a file's text what its calls of a name can pass, so that fewer files are parsed.

An answer may be wrong in one direction only: a call that passes nothing may seem to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_STRING = r""""(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'"""
_PART = re.compile(
    rf"""\#[^\n]*|(?P<string>{_STRING})|(?P<opens>[(\[{{])|(?P<closes>[)\]}}])|(?P<comma>,)"""
    r"""|(?P<stars>\*\*)|(?P<keyword>[^\W\d]\w*)\s*=(?!=)|(?P<unclear>["']|\blambda\b)"""
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


def parts_of_call(text: str, start: int) -> Iterator[tuple[str, str]]:
    """Yield what a call's arguments consist of, without what is inside brackets.

    Args:
        text: The source.
        start: Where the arguments begin.

    Yields:
        A kind, and a text for some: `string` with its quotes, `keyword` with its name, `comma`,
        `stars`; at last `unclear` if the rest cannot be told.
    """
    depth = 1
    for part in _PART.finditer(text, start):
        kind = part.lastgroup
        depth += (kind == "opens") - (kind == "closes")
        if depth == 0:
            return
        if kind == "unclear":
            break
        if kind is not None and depth == 1:
            yield kind, part[kind]
    yield "unclear", ""


def _passes(text: str, start: int, argument: Argument) -> bool:
    commas, named = 0, False
    for kind, name in parts_of_call(text, start):
        if kind in {"unclear", "stars"} or (kind == "keyword" and name == argument.name):
            return True
        named = named or kind == "keyword"
        commas += kind == "comma" and not named
    return argument.place is not None and commas >= argument.place
