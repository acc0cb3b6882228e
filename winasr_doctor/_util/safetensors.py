"""Reads the header of a safetensors file; the format is described in safetensors' README."""

from __future__ import annotations

import json

LENGTH = 8
"""Bytes at the start that hold the header's length, little-endian."""

LONGEST_HEADER = 100_000_000
"""Bytes; safetensors refuses more."""

_METADATA = "__metadata__"


def header_length(start: bytes) -> int | None:
    """Return how long the header is, in bytes; `None` if no file of the format starts so.

    Args:
        start: The first bytes of the file.
    """
    length = int.from_bytes(start[:LENGTH], "little")
    return length if 1 < length <= LONGEST_HEADER else None


def tensor_ends(header: bytes) -> dict[str, int] | None:
    """Return where each tensor ends, in bytes after the header; `None` for an invalid header."""
    try:
        entries = json.loads(header).items()
        return {name: int(entry["data_offsets"][1]) for name, entry in entries if name != _METADATA}
    except (ValueError, OverflowError, TypeError, LookupError, AttributeError, RecursionError):
        return None
