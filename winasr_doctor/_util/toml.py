"""Parses TOML with the parser available in this Python."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any


def parsed(text: str) -> Mapping[str, Any]:
    """Return the values of a TOML document.

    Raises:
        ValueError: It is not valid TOML.
    """
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(text)
