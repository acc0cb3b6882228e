"""The result of the name finders, and the pattern parts they share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple


class Found(NamedTuple):
    """The position and kind of a name; the kind is `keep` if it identifies nobody."""

    kind: str
    start: int
    end: int


Finder = Callable[[str, bool], Iterator[Found]]
KEEP = "keep"

SEP = r"[\\/]{1,8}"
HOST = r"[^\s\\/:@?#\"'`<>|,;()\[\]{}=&%*$!“”‘’«»]{1,253}"
NO_NAME = frozenset("*%.<>?$~{}… ")
