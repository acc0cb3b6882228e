"""Reads `pyvenv.cfg`, which makes a folder a virtual environment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from winasr_doctor._util.regular_files import read_regular

NAME = "pyvenv.cfg"
_LARGEST = 64 * 1024


class VenvConfig(NamedTuple):
    """The keys of a `pyvenv.cfg` that matter here."""

    folder: str
    home: str | None
    """The folder of the base Python's executable."""
    executable: str | None
    """The base Python itself; CPython writes it since 3.11."""
    version: str | None
    system_packages: bool
    """Whether it also uses the base's packages."""
    written: float
    """When the file was last changed, in seconds since the epoch."""


def read(folder: str | os.PathLike[str]) -> VenvConfig | None:
    """Read the configuration of a virtual environment.

    Source: CPython's Lib/site.py (`venv`), and the keys that venv, virtualenv and uv write.

    Args:
        folder: The environment's folder.

    Returns:
        `None` if there is no such file.
    """
    file = Path(folder, NAME)
    try:
        text = read_regular(file, _LARGEST).decode("utf-8", "replace")
        written = file.stat().st_mtime
    except (OSError, ValueError):
        return None
    keys: dict[str, str] = {}
    for line in text.removeprefix("\ufeff").splitlines():
        key, equals, value = line.partition("=")
        if equals:
            keys[key.strip().casefold()] = value.strip()
    return VenvConfig(
        folder=str(folder),
        home=keys.get("home") or None,
        executable=keys.get("executable") or keys.get("base-executable") or None,
        version=keys.get("version") or keys.get("version_info") or None,
        system_packages=keys.get("include-system-site-packages", "").casefold() == "true",
        written=written,
    )
