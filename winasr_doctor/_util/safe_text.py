"""Handles text of unknown origin: overlong numbers, and characters that cannot be encoded."""

from __future__ import annotations

import re

_MOST_DIGITS = 18
"""Far more than any number read here has, and fewer than Python refuses to convert."""

_SURROGATE = "[\ud800-\udfff]"


def whole_number(text: str) -> int | None:
    """Return the number that a string of ASCII digits represents.

    Returns:
        The number; `None` for any other text, for an empty one, and for more than 18 digits.
        `str.isdigit` does not check that: it accepts "\u00b2", which `int` refuses, and any length.
    """
    if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
        return int(text)
    return None


def without_surrogates(text: str) -> str:
    """Replace lone surrogates, which no UTF can encode, with U+FFFD.

    They represent bytes that are not UTF-8 in names and variables on Linux (PEP 383), and for
    broken UTF-16 in names on Windows.
    """
    return re.sub(_SURROGATE, "\ufffd", text)
