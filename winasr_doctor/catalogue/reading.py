"""Reads the catalogue: one compiled file in an installed package, else the TOML sources."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from winasr_doctor._util.toml import parsed
from winasr_doctor.catalogue.schema import KnownError

if TYPE_CHECKING:
    from pathlib import Path

_HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - pathlib is slow to import
COMPILED = os.path.join(_HERE, "entries.json")  # noqa: PTH118
"""Created by hatch_build.py for the wheel; it has no samples."""
_SAMPLES = "[[samples]]"
_WORDING = {
    "Object contains unknown field": "there is no key",
    "Object missing required field": "it lacks the key",
}


class CatalogueError(Exception):
    """A file of the catalogue is invalid; the text says which one and why."""


def sources(folder: Path | None = None) -> tuple[Path, ...]:
    """Return the TOML files, sorted.

    Args:
        folder: The folder of the families; by default our own, which an installed package lacks.
    """
    return tuple(sorted((folder or _folder()).glob("*/*.toml")))


def _folder() -> Path:
    from pathlib import Path

    return Path(_HERE, "entries")


def read_entry(file: Path, *, samples: bool = True) -> KnownError:
    """Read and validate one TOML file.

    Args:
        file: The file; its folder is the family.
        samples: Whether to read the samples as well; they come last in the file.

    Raises:
        CatalogueError: The file is not valid TOML or does not match the schema.
    """
    name = f"{file.parent.name}/{file.name}"
    try:
        text = file.read_text(encoding="utf-8")
        if not samples:
            text = text.partition(f"\n{_SAMPLES}")[0]
        return msgspec.convert({**parsed(text), "family": file.parent.name}, KnownError)
    except (OSError, ValueError) as error:
        raise CatalogueError(f"{name}: {_clear(error)}") from error


def _clear(error: Exception) -> str:
    words, at, where = str(error).partition(" - at `$")
    for theirs, ours in _WORDING.items():
        words = words.replace(theirs, ours)
    return f"{words} in {where.strip('`.')}" if at and where != "`" else words


@lru_cache(maxsize=1)
def all_entries() -> Mapping[str, KnownError]:
    """Return every entry by id, without samples, ordered by family and id.

    Raises:
        CatalogueError: A file is invalid, or two have the same id.
    """
    found: dict[str, KnownError] = {}
    for entry in _compiled() if _is_compiled() else _from_sources():
        if entry.id in found:
            raise CatalogueError(f"two entries have the id {entry.id}")
        found[entry.id] = entry
    return found


def read_one(family: str, name: str) -> KnownError:
    """Return one entry; if the sources exist, the other entries are not read.

    Args:
        family: Its folder.
        name: Its id.

    Raises:
        CatalogueError: It is invalid or missing.
    """
    if not _is_compiled():
        return read_entry(_folder() / family / f"{name}.toml", samples=False)
    found = all_entries().get(name)
    if found is None:
        raise CatalogueError(f"there is no entry {name}")
    return found


def _is_compiled() -> bool:
    return os.path.isfile(COMPILED)  # noqa: PTH113


def _compiled() -> tuple[KnownError, ...]:
    try:
        with open(COMPILED, "rb") as file:  # noqa: PTH123
            return msgspec.json.decode(file.read(), type=tuple[KnownError, ...])
    except (OSError, ValueError) as error:
        raise CatalogueError(f"entries.json: {_clear(error)}") from error


def _from_sources() -> Iterator[KnownError]:
    for file in sources():
        yield read_entry(file, samples=False)
