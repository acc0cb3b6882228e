"""What a finder of names finds, and what its patterns share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple


class Found(NamedTuple):
    """Where a name stands and of what kind it is; `keep` where it names nobody."""

    kind: str
    start: int
    end: int


Finder = Callable[[str, bool], Iterator[Found]]
KEEP = "keep"

SEP = r"[\\/]{1,8}"
HOST = r"[^\s\\/:@?#\"'`<>|,;()\[\]{}=&%*$!“”‘’«»]{1,253}"
NO_NAME = frozenset("*%.<>?$~{}… ")
