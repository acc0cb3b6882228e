"""Decodes the bytes of a pasted report, in any encoding."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from winasr_doctor._util.lazy_patterns import lazy_pattern

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_PLAIN = lazy_pattern(rb"[\t\n\r\x20-\x7e]{24}")
"""Text with one byte per character: where it begins, UTF-16 has ended."""


_NEAR = 64
_SAMPLE = 2_000


def decode(document: bytes) -> str:
    """Return the text of a file or of standard input.

    Args:
        document: UTF-8, UTF-16 with or without a byte order mark, or one appended to the other:
            PowerShell 5's `>` and `>>` write UTF-16 (about_Redirection), to a file of UTF-8 too.
            Bytes of another code page are shown as numbers.
    """
    return "".join(_decoded(document))


def _decoded(document: bytes) -> Iterator[str]:
    position = 0
    while position < len(document):
        start, encoding = _next_wide(document, position)
        yield document[position:start].decode("utf-8-sig", "backslashreplace")
        if start >= len(document):
            return
        plain = _PLAIN.search(document, start)
        end = len(document) if plain is None else plain.start()
        yield document[start:end].decode(encoding, "replace").replace("\ufeff", "")
        position = end


def _next_wide(document: bytes, position: int) -> tuple[int, str]:
    """Return where text with two or four bytes per character begins, and its encoding."""
    for bom, encoding in _BOMS[1:]:
        if document.startswith(bom, position):
            return position, encoding
    null = document.find(b"\0", position)
    if null < 0:
        return len(document), ""
    mark = document.find(codecs.BOM_UTF16_LE, position, null)
    if mark >= 0:
        return mark, "utf-16-le"
    candidates = [(max(null - 1, position), "utf-16-le"), (null, "utf-16-be")]
    if null - position < _NEAR:
        candidates += [(position, "utf-16-le"), (position, "utf-16-be")]
    return max(candidates, key=lambda candidate: _legible(document, *candidate))


def _legible(document: bytes, start: int, encoding: str) -> int:
    """Return how many letters and spaces a text has if it is decoded in this way."""
    sample = document[start : start + _SAMPLE].decode(encoding, "replace")
    return sum(c.isascii() and (c.isalnum() or c in " \r\n") for c in sample)
