"""Finds names hidden in Base64 or hexadecimal digits."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator

_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{12,8192}={0,2}(?![A-Za-z0-9+/_=-])")
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:[0-9a-f]{2}){8,4096}(?![0-9A-Za-z])", re.IGNORECASE)
_ENCODED = "<encoded>"


def without_encoded_names(text: str, hides: Callable[[str], bool]) -> str:
    """Replace encoded parts of a text whose content would have been redacted.

    Args:
        text: Any text.
        hides: Returns whether a decoded text contains a name or a secret.
    """

    def replaced(match: re.Match[str]) -> str:
        return _ENCODED if any(map(hides, _decoded(match[0]))) else match[0]

    return _BASE64.sub(replaced, _HEX.sub(replaced, text))


def _decoded(token: str) -> Iterator[str]:
    for data in _bytes(token):
        for encoding in ("utf-8", "utf-16-le"):
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError:
                continue
            if text.isprintable() and (encoding == "utf-8" or text.isascii()):
                yield text


def _bytes(token: str) -> Iterator[bytes]:
    if _HEX.fullmatch(token):
        yield bytes.fromhex(token)
    padded = token.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        yield base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True)
    except (binascii.Error, ValueError):
        return
