"""Compares texts by their spoken words, however a model writes them."""

from __future__ import annotations

import re

_DIGITS = dict(
    zip(
        "0123456789",
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
        strict=True,
    )
)
_WORD = re.compile(r"[a-z']+|\d")


def words(text: str) -> list[str]:
    """Return the spoken words, in lower case, without punctuation, each digit as a word.

    The bundled recordings hold single digits and short words; Parakeet and Canary write them with
    capital letters, commas and digits.
    """
    return [_DIGITS.get(word, word) for word in _WORD.findall(text.casefold())]
