"""From outcomes to the numbers of the table, and where ours does not win."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from typing import NamedTuple

from survival.contestants import Contestant
from survival.schedules import Holder, How, Length, Schedule
from survival.trial import Outcome


class Result(NamedTuple):
    """A contestant's trials; none if its package is not installed."""

    contestant: Contestant
    outcomes: Sequence[Outcome]


class Column(NamedTuple):
    """One column.

    Attributes:
        title: Its title.
        unit: `%`, `s` or nothing.
        most: Whether more is better.
        value: What stands in it; `None` where no trial counts.
        means: What exactly it counts.
        why_not: Why another may win it from us.
    """

    title: str
    unit: str
    most: bool
    value: Callable[[Sequence[Outcome]], float | None]
    means: str
    why_not: str


Test = Callable[[Outcome], bool]


def share(outcomes: Sequence[Outcome], holds: Test, among: Test | None = None) -> float | None:
    """Return the percentage of some outcomes for which something holds."""
    counted = [one for one in outcomes if among is None or among(one)]
    return 100.0 * sum(map(holds, counted)) / len(counted) if counted else None


def _hopeless(outcome: Outcome) -> bool:
    return outcome.schedule.length is Length.FOREVER


def _mean_hopeless(outcomes: Sequence[Outcome]) -> float | None:
    waits = [one.seconds for one in outcomes if _hopeless(one)]
    return statistics.mean(waits) if waits else None


def _median(outcomes: Sequence[Outcome]) -> float | None:
    return statistics.median(one.seconds for one in outcomes) if outcomes else None


def _worst(outcomes: Sequence[Outcome]) -> float | None:
    return max((one.seconds for one in outcomes), default=None)


_GIVING_UP = (
    "those that are faster never wait: on the first lock they raise, which loses the result, or "
    "leave the folder where it is"
)

COLUMNS = (
    Column(
        "result kept",
        "%",
        True,
        lambda all_: share(all_, lambda one: one.right, lambda one: not one.schedule.fails),
        "of the loads that worked, those whose result reached the caller",
        "",
    ),
    Column(
        "real error visible",
        "%",
        True,
        lambda all_: share(all_, lambda one: one.right, lambda one: one.schedule.fails),
        "of the loads that failed, those where the caller catches the real error or an exception "
        "that names it as its cause (`__cause__`); one that is only in the `__context__` of a "
        "cleanup error is hidden: `str(error)` and most pages show the cleanup's",
        "",
    ),
    Column(
        "gone at once",
        "%",
        True,
        lambda all_: share(all_, lambda one: one.gone_at_once),
        "no folder left when the call returns or raises",
        "whoever waits longer than we do outlives more locks",
    ),
    Column(
        "gone in the end",
        "%",
        True,
        lambda all_: share(all_, lambda one: one.gone_later),
        "no folder left once all locks have ended and the contestant has had whatever second "
        "chance it has: our sweep, pytest's cleanup of old folders, a finalizer",
        "our sweep removes only what it knows for what was left behind",
    ),
    Column(
        "median",
        "s",
        False,
        _median,
        "seconds that a call took beyond one load's own work",
        _GIVING_UP,
    ),
    Column("worst", "s", False, _worst, "the same, the longest", _GIVING_UP),
    Column(
        "wasted wait",
        "s",
        False,
        _mean_hopeless,
        "the same, mean over the schedules in which something is locked forever",
        f"{_GIVING_UP}; ours does not wait for its own handles either, but of another program "
        "nobody can know that it never lets go",
    ),
    Column(
        "outside touched",
        "",
        False,
        lambda all_: float(sum(one.outside_touched for one in all_)),
        "trials in which a file outside the folder, to which links in it led, was changed or "
        "removed",
        "",
    ),
)


def _has(holds: Callable[[Holder, How], bool]) -> Callable[[Schedule], bool]:
    return lambda schedule: any(holds(lock.holder, lock.how) for lock in schedule.locks)


def _by(one: Holder) -> Callable[[Schedule], bool]:
    return _has(lambda holder, _: holder is one)


def _as(one: How) -> Callable[[Schedule], bool]:
    return _has(lambda _, how: how is one)


def _lasting(one: Length) -> Callable[[Schedule], bool]:
    return lambda schedule: schedule.length is one


KINDS: dict[str, Callable[[Schedule], bool]] = {
    **{length.value: _lasting(length) for length in Length},
    **{holder.value: _by(holder) for holder in Holder},
    **{how.value: _as(how) for how in How},
    "one lock": lambda schedule: len(schedule.locks) == 1,
    "several at once": lambda schedule: len(schedule.locks) > 1,
}
"""Kinds of schedules; one with several locks may be of several kinds."""


class Loss(NamedTuple):
    """A column that another contestant wins.

    Attributes:
        column: Which.
        ours: Our value, of our best row.
        best: The best value.
        by: Who has it.
    """

    column: Column
    ours: float
    best: float
    by: tuple[str, ...]


def losses(results: Sequence[Result]) -> list[Loss]:
    """Return the columns in which one of the others is better than the guard.

    Args:
        results: All rows; the last of ours is the guard.
    """
    found = []
    for column in COLUMNS:
        values = {
            result.contestant: value
            for result in results
            if result.outcomes and (value := column.value(result.outcomes)) is not None
        }
        ours = [value for contestant, value in values.items() if contestant.ours][-1:]
        others = {one: value for one, value in values.items() if not one.ours}
        if not ours or not others:
            continue
        best = (max if column.most else min)(others.values())
        if (best > ours[0]) if column.most else (best < ours[0]):
            by = tuple(one.name for one, value in others.items() if value == best)
            found.append(Loss(column, ours[0], best, by))
    return found


WHY_NOT_IN_A_KIND = (
    "the guard stops waiting after 3 s (10 s at most), after 0.5 s of access denied, and at once "
    "for a mapped file of another program and for a handle of its own process that it cannot "
    "close; the sweep removes those folders later"
)


class KindLoss(NamedTuple):
    """A kind of schedule after which another contestant leaves fewer folders at once.

    Attributes:
        kind: Which.
        ours: The guard's percentage.
        best: The best percentage.
        by: Who has it.
    """

    kind: str
    ours: float
    best: float
    by: tuple[str, ...]


def kind_losses(results: Sequence[Result]) -> list[KindLoss]:
    """Return the kinds of schedules after which others have no folder left more often.

    Args:
        results: All rows; the last of ours is the guard.
    """
    found = []
    for kind, belongs in KINDS.items():
        values: dict[Contestant, float] = {}
        for contestant, outcomes in results:
            value = share(
                outcomes, lambda one: one.gone_at_once, lambda o, b=belongs: b(o.schedule)
            )
            if value is not None:
                values[contestant] = value
        ours = [value for contestant, value in values.items() if contestant.ours][-1:]
        others = {one.name: value for one, value in values.items() if not one.ours}
        if ours and others and max(others.values()) > ours[0]:
            best = max(others.values())
            by = tuple(name for name, value in others.items() if value == best)
            found.append(KindLoss(kind, ours[0], best, by))
    return found
