"""Reads the catalogue: one compiled file in an installed package, else the TOML sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import msgspec

from winasr_doctor._util.toml import parsed
from winasr_doctor.catalogue.schema import KnownError

HERE = Path(__file__).resolve().parent
SOURCES = HERE / "entries"
COMPILED = HERE / "entries.json"
"""Created by hatch_build.py for the wheel; it has no samples."""
_SAMPLES = "[[samples]]"
_WORDING = {
    "Object contains unknown field": "there is no key",
    "Object missing required field": "it lacks the key",
}


class CatalogueError(Exception):
    """A file of the catalogue is invalid; the text says which one and why."""


def sources(folder: Path = SOURCES) -> tuple[Path, ...]:
    """Return the TOML files, sorted.

    Args:
        folder: The folder of the families; it does not exist in an installed package.
    """
    return tuple(sorted(folder.glob("*/*.toml")))


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
    for entry in _compiled() if COMPILED.is_file() else _from_sources():
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
    if not COMPILED.is_file():
        return read_entry(SOURCES / family / f"{name}.toml", samples=False)
    found = all_entries().get(name)
    if found is None:
        raise CatalogueError(f"there is no entry {name}")
    return found


def _compiled() -> tuple[KnownError, ...]:
    try:
        return msgspec.json.decode(COMPILED.read_bytes(), type=tuple[KnownError, ...])
    except (OSError, ValueError) as error:
        raise CatalogueError(f"{COMPILED.name}: {_clear(error)}") from error


def _from_sources() -> Iterator[KnownError]:
    for file in sources():
        yield read_entry(file, samples=False)
