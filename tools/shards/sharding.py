"""Divides work among machines and keeps each result in a file of its own.

A run that was ended goes on where it was, and results of several machines are merged by putting
their files into one folder. Results are those of one state of the code: others do not count.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[2]
EXAMINED = ("winasr_doctor", "tests/fault_injection", "tools/world")
"""Folders whose Python files and tables decide what comes out."""


def share(pieces: Sequence[T], shard: str) -> Sequence[T]:
    """Return every nth piece.

    Args:
        pieces: All pieces, the same for each shard.
        shard: As `3/8`: the third of eight shards.

    Raises:
        ValueError: There is no such shard.
    """
    number, slash, count = shard.partition("/")
    if not (slash and number.isdecimal() and count.isdecimal() and 0 < int(number) <= int(count)):
        raise ValueError(f"{shard!r} is no shard; the third of eight is 3/8")
    return pieces[int(number) - 1 :: int(count)]


class Results:
    """Results of finished pieces of work, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.code = code()

    def get(self, name: str) -> dict[str, Any] | None:
        """Return the result of a piece, or `None` if this code has not finished it."""
        try:
            kept = json.loads((self.folder / f"{name}.json").read_bytes())
        except FileNotFoundError:
            return None
        result: dict[str, Any] = kept["result"]
        return result if kept["code"] == self.code else None

    def keep(self, name: str, result: Mapping[str, Any]) -> None:
        """Write the result of a piece; whenever the process ends, it is there whole or not."""
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = self.folder / f"{name}.{os.getpid()}.part"
        unfinished.write_text(json.dumps({"code": self.code, "result": result}), encoding="utf-8")
        unfinished.replace(self.folder / f"{name}.json")

    def all(self) -> dict[str, dict[str, Any]]:
        """Return the results of all pieces that this code has finished, by name."""
        names = sorted(file.stem for file in self.folder.glob("*.json"))
        return {name: result for name in names if (result := self.get(name)) is not None}


def code(root: Path = ROOT) -> str:
    """Return a digest of the code that is examined and that examines."""
    digest = hashlib.sha256()
    for folder in EXAMINED:
        for file in sorted((root / folder).rglob("*")):
            if file.suffix in (".py", ".toml"):
                digest.update(file.relative_to(root).as_posix().encode() + b"\0")
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]
