"""What happens to one load's temporary folder, drawn from a seed."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace
from enum import Enum
from typing import TypeVar

FOREVER = math.inf

T = TypeVar("T")

FILES = ("manifest.json", "model_weights.ckpt", "inner/tokenizer.model")
FOLDERS = ("inner", "")
"""Relative to the temporary folder; the empty one is itself."""
LINKS = ("linked_folder", "linked_file")
"""Symbolic links out of the temporary folder, where a schedule has them."""


class Holder(str, Enum):
    """Who has it."""

    OTHER = "another program"
    OWN_FRAME = "own handle that the load's frame keeps"
    OWN = "own handle leaked elsewhere"
    CHILD = "child process"
    NOBODY = "nobody: a read-only file only"


class How(str, Enum):
    """What is in the way of the deletion."""

    FILE = "open file"
    FOLDER = "open folder"
    CURRENT_DIRECTORY = "current directory"
    READ_ONLY = "read-only file"
    MAPPED = "mapped file"


class Length(str, Enum):
    """How long a schedule's longest lock lasts."""

    NONE = "no lock, at most a read-only file"
    TRANSIENT = "transient (up to 1 s)"
    LONG = "long (1 to 30 s)"
    FOREVER = "forever"


@dataclass(frozen=True)
class Lock:
    """Somebody who keeps something from being deleted.

    Attributes:
        holder: Who.
        how: How.
        path: What, relative to the temporary folder.
        start: Seconds from the end of the load's work to its beginning.
        length: Seconds that it lasts; `FOREVER` ends after the last attempt of the contestant.
        code: The Windows error of another program's lock; others' follow from the real handle.
    """

    holder: Holder
    how: How
    path: str
    start: float
    length: float
    code: int = 32

    @property
    def end(self) -> float:
        """Seconds from the end of the load's work to when it is gone."""
        return self.start + self.length


@dataclass(frozen=True)
class Schedule:
    """One load, and what happens around it.

    Attributes:
        seed: What it was drawn from.
        locks: The locks.
        fails: Whether the load has a real error; it has a result otherwise.
        links: Whether the folder has symbolic links out of it.
        comes_back: Whether other programs lock each new folder anew, as a scanner does, rather
            than the first one only.
    """

    seed: int
    locks: tuple[Lock, ...]
    fails: bool
    links: bool
    comes_back: bool

    @property
    def longest(self) -> float:
        """Seconds from the end of the work until nothing is locked."""
        return max((lock.end for lock in self.locks), default=0.0)

    @property
    def length(self) -> Length:
        """Which kind of length the longest lock has."""
        held = [lock.length for lock in self.locks if lock.holder is not Holder.NOBODY]
        if not held:
            return Length.NONE
        if max(held) == FOREVER:
            return Length.FOREVER
        return Length.LONG if max(held) > 1 else Length.TRANSIENT

    @property
    def needs_handles(self) -> bool:
        """Whether anything in it is real: a handle, a child process, an attribute."""
        return any(
            lock.holder is not Holder.OTHER or lock.how is How.READ_ONLY for lock in self.locks
        )


_HOWS: dict[Holder, tuple[tuple[How, float], ...]] = {
    Holder.OTHER: (
        (How.FILE, 60),
        (How.FOLDER, 12),
        (How.CURRENT_DIRECTORY, 5),
        (How.READ_ONLY, 13),
        (How.MAPPED, 10),
    ),
    Holder.OWN_FRAME: ((How.FILE, 75), (How.MAPPED, 25)),
    Holder.OWN: (
        (How.FILE, 50),
        (How.FOLDER, 10),
        (How.CURRENT_DIRECTORY, 25),
        (How.READ_ONLY, 15),
    ),
    Holder.CHILD: (
        (How.FILE, 55),
        (How.FOLDER, 10),
        (How.CURRENT_DIRECTORY, 20),
        (How.READ_ONLY, 15),
    ),
    Holder.NOBODY: ((How.READ_ONLY, 1),),
}
"""What each holder can do, and how often. While the program runs, no exec'ed child process has a
map of a file; a raw handle that nothing in Python refers to has none either."""

_HOLDERS = (
    (Holder.OTHER, 46.0),
    (Holder.OWN_FRAME, 18.0),
    (Holder.OWN, 14.0),
    (Holder.CHILD, 14.0),
    (Holder.NOBODY, 8.0),
)
_CODES = ((32, 80.0), (5, 10.0), (33, 5.0), (303, 5.0))
"""A sharing violation; access denied, as of a deletion that is still pending; a locked range."""

_MAPPED = 1224
_COUNTS = ((0, 4.0), (1, 60.0), (2, 20.0), (3, 10.0), (5, 6.0))


def drawn(seed: int, *, real: bool = False) -> Schedule:
    """Draw a schedule.

    Args:
        seed: The same one draws the same schedule.
        real: Whether it is for real time: no lock that ends is longer than 4 s, and what only an
            emulation can do is left out.
    """
    chance = random.Random(f"survival {seed}")  # noqa: S311 - reproducible, not secret
    links = chance.random() < 0.3  # noqa: PLR2004
    locks = [_lock(chance, links=links) for _ in range(_pick(chance, _COUNTS))]
    schedule = Schedule(
        seed,
        tuple(locks),
        fails=chance.random() < 0.4,  # noqa: PLR2004
        links=links,
        comes_back=chance.random() < 0.5,  # noqa: PLR2004
    )
    return _as_real(schedule) if real else schedule


def _pick(chance: random.Random, table: tuple[tuple[T, float], ...]) -> T:
    return chance.choices([value for value, _ in table], [weight for _, weight in table])[0]


def _lock(chance: random.Random, *, links: bool) -> Lock:
    holder = _pick(chance, _HOLDERS)
    how = _pick(chance, _HOWS[holder])
    if how in {How.FOLDER, How.CURRENT_DIRECTORY}:
        path = chance.choice(FOLDERS)
    elif links and holder is Holder.OTHER and how is How.FILE and chance.random() < 0.4:  # noqa: PLR2004
        path = chance.choice(LINKS)
    else:
        path = chance.choice(FILES)
    late = holder is Holder.OTHER and how is not How.READ_ONLY and chance.random() < 0.2  # noqa: PLR2004
    start = chance.uniform(0, 0.3) if late else 0.0
    length = 0.0 if holder is Holder.NOBODY else _length(chance, holder)
    code = _pick(chance, _CODES) if holder is Holder.OTHER else 32
    return Lock(holder, how, path, start, length, _MAPPED if how is How.MAPPED else code)


def _length(chance: random.Random, holder: Holder) -> float:
    kind = chance.random()
    short, long = 10 ** chance.uniform(-2, 0), 10 ** chance.uniform(0, 1.48)
    if holder is Holder.OWN_FRAME:  # the exception on its way keeps the frame, so mostly forever
        return FOREVER if kind < 0.8 else short  # noqa: PLR2004
    if kind < 0.15:  # noqa: PLR2004
        return FOREVER
    return long if kind < 0.4 else short  # noqa: PLR2004


def _as_real(schedule: Schedule) -> Schedule:
    longest = 4.0
    locks = tuple(
        replace(
            lock,
            start=0.0,
            length=lock.length if lock.length == FOREVER else min(lock.length, longest),
            code=32,
        )
        for lock in schedule.locks
        if lock.path not in LINKS
    )
    return replace(schedule, locks=locks, links=False)
