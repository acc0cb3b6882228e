"""Detects known errors before they happen, by a machine's versions, builds and GPU.

A scan reads only these blocks; the entry itself is read if one of them fits.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

import msgspec

_HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - pathlib is slow to import
COMPILED = os.path.join(_HERE, "preflight.json")  # noqa: PTH118
"""Created by hatch_build.py for the wheel."""
_HEADER = "\n[["
_BLOCK = "preflight]]"


class Preflight(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One description of a machine that will have the error.

    Attributes:
        check: The code of the check that reports it.
        when: Facts and their required values, as in a remedy; all must be met. `present` and
            `absent` test whether there is such a thing.
        severity: How serious it is.
        cause: Replaces the sentence of the entry, which may name several causes.
        verified: Whether the failure was observed or a source confirms it; otherwise it is
            inferred.
    """

    check: str
    when: dict[str, tuple[str, ...]]
    severity: Literal["error", "warning", "info"] = "error"
    cause: str = ""
    verified: bool = True

    def packages(self) -> Iterator[str]:
        """Iterate over the packages that must be installed."""
        for fact, wanted in self.when.items():
            head, _, package = fact.partition(":")
            if head in ("version", "belongs") and wanted != ("absent",):
                yield package


class Foretold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A known error that a scan can detect in advance.

    Attributes:
        id: The entry's id.
        family: Its folder.
        preflight: Machine descriptions; the first that fits counts.
    """

    id: str
    family: str
    preflight: tuple[Preflight, ...]


@lru_cache(maxsize=1)
def all_foretold() -> tuple[Foretold, ...]:
    """Return the known errors that can be detected in advance, ordered by family and id.

    Raises:
        ValueError: A file is invalid.
        OSError: A file cannot be read.
    """
    try:
        with open(COMPILED, "rb") as file:  # noqa: PTH123
            return msgspec.json.decode(file.read(), type=tuple[Foretold, ...])
    except FileNotFoundError:
        return tuple(_from_sources())


@lru_cache(maxsize=64)
def foretold_by(check: str) -> tuple[Foretold, ...]:
    """Return the known errors that one check reports, with only that check's descriptions.

    Args:
        check: The check's code.
    """
    found = []
    for entry in all_foretold():
        own = tuple(picture for picture in entry.preflight if picture.check == check)
        if own:
            found.append(Foretold(entry.id, entry.family, own))
    return tuple(found)


def _from_sources() -> Iterator[Foretold]:
    from winasr_doctor._util.toml import parsed  # lazy: only an uncompiled table needs it

    for family, name, path in sorted(_files()):
        with open(path, "rb") as file:  # noqa: PTH123
            text = file.read()
        if _BLOCK.encode() in text:
            blocks = parsed("".join(_blocks(text.decode("utf-8"))))
            yield msgspec.convert({"id": name, "family": family, **blocks}, Foretold)


def _files() -> Iterator[tuple[str, str, str]]:
    """Yield the family, the id and the path of every source."""
    with os.scandir(os.path.join(_HERE, "entries")) as families:  # noqa: PTH118
        folders = [(entry.name, entry.path) for entry in families if entry.is_dir()]
    for family, folder in folders:
        with os.scandir(folder) as entries:
            for entry in entries:
                name, suffix = os.path.splitext(entry.name)  # noqa: PTH122
                if suffix == ".toml":
                    yield family, name, entry.path


def _blocks(text: str) -> Iterator[str]:
    """Yield the tables `[[preflight]]` of an entry; parsing only these is ten times as fast."""
    for part in text.replace("\r\n", "\n").split(_HEADER)[1:]:
        if part.startswith(_BLOCK):
            yield _HEADER + part
