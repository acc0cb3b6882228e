"""Compares what came of a sequence on the two sides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from .known_deviations import TREES, Deviation, Seen, deviation
from .sides import Answer, Side
from .steps import OK, Outcome, Step

_ON_DISK = "left on disk"


@dataclass
class Tally:
    """What was compared so far.

    Attributes:
        sequences: How many.
        steps: How many steps of theirs.
        refused: How many of those failed on both sides alike.
        deviations: How often each known deviation was seen.
    """

    sequences: int = 0
    steps: int = 0
    refused: int = 0
    deviations: Counter[Deviation] = field(default_factory=Counter)


class DifferentError(AssertionError):
    """The two sides did not do the same, and nobody knows why."""


def compare(steps: Sequence[Step], linux: Side, windows: Side, tally: Tally) -> None:
    """Carry out a sequence on both sides and compare every step, and what is left on disk.

    After a known deviation in which one side got further, the two folders are not the same any
    more, and the rest of the sequence is not compared.

    Args:
        steps: The sequence.
        linux: The emulated side.
        windows: The real one.
        tally: Is kept up to date.

    Raises:
        DifferentError: Its text is a table of the sequence.
    """
    linux.ask(steps)
    windows.ask(steps)
    emulated, real = linux.answer(steps), windows.answer(steps)
    tally.sequences += 1
    for index, step in enumerate(steps):
        here, there = emulated.outcomes[index], real.outcomes[index]
        tally.steps += 1
        tally.refused += here == there != OK
        known = deviation(Seen(steps[: index + 1], emulated.situations[index], here, there))
        if known is not None:
            tally.deviations[known] += 1
            in_a_tree = step.operation in TREES
            if known.spoils or (here != there and (in_a_tree or OK in {here, there})):
                return
        elif here != there:
            raise DifferentError(_table(steps, emulated, real))
    if emulated.left != real.left:
        raise DifferentError(_table(steps, emulated, real))


def _table(steps: Sequence[Step], emulated: Answer, real: Answer) -> str:
    rows = [("", "step", "emulated on Linux", "Windows Python under Wine")]
    for step, here, there in zip(steps, emulated.outcomes, real.outcomes, strict=True):
        rows.append((">" * (here != there), str(step), _text(here), _text(there)))
    for name in sorted({*emulated.left, *real.left}):
        both = ["there" if name in answer.left else "-" for answer in (emulated, real)]
        rows.append((">" * (both[0] != both[1]), f"{_ON_DISK}: {name}", *both))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "the two sides differ\n" + "\n".join(lines)


def _text(outcome: Outcome) -> str:
    name, winerror, errno = outcome
    return name if errno is None else f"{name} winerror={winerror} errno={errno}"
