"""Finds the parts of a large log that may describe an error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from winasr_doctor.diagnosis.reading.encoding import decode

SMALL = 1 << 20
"""Maximum number of characters of a text that is read completely."""
_BLOCK = 1 << 15
_EDGE = 1 << 13
"""Characters of context that are kept: the log before, the message after."""
_SURE = (
    "Traceback", 'File "', "above exception", "Error:", "Exception:", "most recent call",
    "fatal exception", "Fatal Python", "[WinError",
)  # fmt: skip
_PERHAPS = (
    "rror", "ERROR", "ailed", "FAILED", "xception", "annot", "ould not", "nable to", "denied",
    "FATAL",
    "atal", "ot found", "missing", "of memory", "refused", "terminated", "0xc0000", "0xC0000",
)  # fmt: skip
_PIECE = 1 << 24
"""Bytes that are read at a time."""
_MOST_KEPT = 1 << 25
_MOST_SURE = 4 << 20
_MOST_PERHAPS = 1 << 19
"""Characters that are kept from the beginning, and as many from the end, so that time and memory
are bounded.
"""


def relevant(text: str) -> str:
    """Return a text, or for a large one the parts that may contain an error.

    Args:
        text: A text of any size. If very many parts mention errors, only the first and the last are
            kept.
    """
    if len(text) <= SMALL:
        return text
    blocks = list(_blocks(text))
    sure = _budgeted([b for b in blocks if _has(text, b, _SURE)], _MOST_SURE)
    perhaps = [b for b in blocks if b not in sure and _has(text, b, _PERHAPS)]
    kept = sorted(sure | _budgeted(perhaps, _MOST_PERHAPS))
    parts: list[str] = []
    position = 0
    for start, end in kept:
        begin = max(position, start - _EDGE)
        if begin > position:
            parts.append("\n")
        finish = min(len(text), end + _EDGE)
        parts.append(text[begin:finish])
        position = finish
    return "".join(parts)


def reduced(stream: BinaryIO) -> str:
    """Read a file or a pipe of any size and return the parts that may contain an error.

    Args:
        stream: A stream of bytes in any encoding; only part of it is in memory at a time.
    """
    kept = ""
    while block := stream.read(_PIECE):
        kept += relevant(decode(block + stream.readline(_BLOCK)))
        if len(kept) > _MOST_KEPT:
            kept = relevant(kept)
    return kept


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Yield the positions of blocks, which end at a line end if possible."""
    start = 0
    while start < len(text):
        end = start + _BLOCK
        line_end = text.find("\n", end, end + _EDGE) if end < len(text) else -1
        end = min(len(text), end if line_end < 0 else line_end + 1)
        yield start, end
        start = end


def _has(text: str, block: tuple[int, int], words: tuple[str, ...]) -> bool:
    piece = text[block[0] : block[1]]
    return any(word in piece for word in words) or ("\0" in piece)


def _budgeted(blocks: list[tuple[int, int]], most: int) -> set[tuple[int, int]]:
    """Keep the first and the last blocks."""
    kept: set[tuple[int, int]] = set()
    for ordered in (blocks, blocks[::-1]):
        left = most
        for block in ordered:
            left -= block[1] - block[0]
            if left < 0:
                break
            kept.add(block)
    return kept
