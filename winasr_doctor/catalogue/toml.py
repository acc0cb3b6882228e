"""Parses TOML with what this Python has for it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any


def parsed(text: str) -> Mapping[str, Any]:
    """Return the values of a TOML document.

    Raises:
        ValueError: It is none.
    """
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(text)
