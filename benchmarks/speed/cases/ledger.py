"""What the ledger of leftovers costs beside the bare files that it consists of."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from speed.case import Call, Case, Side

if TYPE_CHECKING:
    from winasr_doctor.locks.ledger import Ledger

SIZES = ((100, 10), (1_000, 5), (10_000, 1))
"""Entries, and how often each number of them is measured in one process."""


@dataclass(frozen=True)
class Place:
    """A ledger, and a document such as it writes."""

    ledger: Ledger
    document: bytes
    count: int

    @property
    def files(self) -> list[Path]:
        """The entries' files."""
        return sorted(self.ledger.folder.glob("*.json"))


def empty(folder: Path, count: int) -> Place:
    """Return a ledger without entries."""
    from winasr_doctor.locks.ledger import Ledger

    entry = Ledger(folder / "sample").claim(str(folder))
    assert entry is not None  # noqa: S101
    assert entry.file is not None  # noqa: S101
    return Place(Ledger(folder / "ledger"), entry.file.read_bytes(), count)


def filled(folder: Path, count: int) -> Place:
    """Return a ledger of so many empty folders that were left behind."""
    place = empty(folder, count)
    for number in range(count):
        leftover = folder / f"leftover{number}"
        leftover.mkdir()
        entry = place.ledger.claim(str(leftover))
        assert entry is not None  # noqa: S101
        assert entry.file is not None  # noqa: S101
        text = entry.file.read_text().replace('"in_use": true', '"in_use": false')
        entry.file.write_text(text)
    return place


def write_theirs(place: Place) -> None:
    """Write the same bytes, each file under another name first."""
    place.ledger.folder.mkdir()
    for _ in range(place.count):
        file = place.ledger.folder / f"{uuid.uuid4().hex}.json"
        unfinished = file.with_suffix(".tmp")
        unfinished.write_bytes(place.document)
        os.replace(unfinished, file)
    _must_have(place, place.count)


def write_ours(place: Place) -> None:
    """Record a folder as in use, again and again."""
    path = str(place.ledger.folder.parent)
    for _ in range(place.count):
        place.ledger.claim(path)
    _must_have(place, place.count)


def read_theirs(place: Place) -> None:
    """Read the JSON of every file, no more."""
    assert len([json.loads(file.read_bytes()) for file in place.files]) == place.count  # noqa: S101


def read_ours(place: Place) -> None:
    """Read every entry."""
    assert len(place.ledger.entries()) == place.count  # noqa: S101


def sweep_theirs(place: Place) -> None:
    """Remove the folder that each file names, and the file."""
    for file in place.files:
        shutil.rmtree(json.loads(file.read_bytes())["path"])
        file.unlink()
    _must_have(place, 0)


def sweep_ours(place: Place) -> None:
    """Sweep."""
    from winasr_doctor import sweep

    assert len(sweep(place.ledger).removed) == place.count  # noqa: S101
    _must_have(place, 0)


def _must_have(place: Place, count: int) -> None:
    assert len(place.files) == count, "there is nothing to compare"  # noqa: S101


def _case(what: str, theirs: Side, ours: Side, count: int, pairs: int) -> Case:
    return Case(
        name=f"ledger-{what}-{count}",
        group=f"Ledger: {what}",
        title=f"{what} {count:,} entries",
        theirs=theirs,
        ours=ours,
        prepare=partial(empty if what == "write" else filled, count=count),
        size=count,
        pairs=pairs,
        processes=3 if pairs > 1 else 2,
        once=what == "read",
    )


_WHAT = (
    ("write", Call("write and rename", write_theirs), Call("Ledger.claim", write_ours)),
    ("read", Call("json.loads", read_theirs), Call("Ledger.entries", read_ours)),
    ("sweep", Call("shutil.rmtree", sweep_theirs), Call("sweep", sweep_ours)),
)

CASES = tuple(
    _case(what, theirs, ours, count, pairs)
    for what, theirs, ours in _WHAT
    for count, pairs in SIZES
)
