"""Which folder is the best, and whether that is more than chance.

Two folders differ if the rank-sum test of Wilcoxon, Mann and Whitney says so about their rounds,
computed exactly over every way in which the values could have fallen, ties included: it assumes
nothing about how times are distributed and is not impressed by one slow round. A difference that
chance brings about in one probe of twenty, or oftener, counts as noise; so does any between
folders of fewer than four rounds, of which no outcome is rarer than that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cmp_to_key
from itertools import combinations
from statistics import mean, median

from winasr_doctor.probe.result import FolderResult

CHANCE = 0.05
"""How probable a difference may be without there being one, to count as real."""

WORTH_MOVING = 1.25
"""How many times faster a folder must be for its speed alone to be told."""

MOST_ROUNDS = 8
"""More would make the test's enumeration long: 12,870 ways with 8 rounds in both folders."""


class Advice(str, Enum):
    """What to do."""

    KEEP = "keep"
    """The folder in use is the best of those measured."""
    MOVE = "move"
    """In another one files are locked for less time."""
    FASTER = "faster"
    """Locks do not differ; another one is faster."""
    NOISE = "noise"
    """No difference is more than chance."""
    NOTHING = "nothing"
    """Nothing can be advised: there are not two folders to compare, or none that is fit."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What follows from a probe.

    Attributes:
        ranking: The folders that were measured, the best first, those that something speaks
            against last.
        advice: What to do.
        use: The folder to use; `None` if nothing can be advised.
    """

    ranking: tuple[FolderResult, ...]
    advice: Advice
    use: FolderResult | None


def conclude(results: Sequence[FolderResult]) -> Conclusion:
    """Rank folders and say which one to use.

    Args:
        results: What was measured.
    """
    measured = [result for result in results if result.rounds]
    ranking = tuple(sorted(measured, key=cmp_to_key(_compare)))
    fit = [result for result in ranking if not result.against and not result.left]
    if not fit:
        return Conclusion(ranking, Advice.NOTHING, None)
    best = fit[0]
    now = next((result for result in measured if result.is_temp), None)
    if now is None or len(measured) == 1:
        others = [result for result in ranking if result is not best]
        told = any(_differ(best, other) for other in others)
        advice = Advice.NOTHING if not others else Advice.MOVE if told else Advice.NOISE
        return Conclusion(ranking, advice, best)
    if now not in fit:
        return Conclusion(ranking, Advice.MOVE, best)
    return _against_temp(ranking, fit, now)


def _against_temp(
    ranking: tuple[FolderResult, ...], fit: list[FolderResult], now: FolderResult
) -> Conclusion:
    others = [result for result in fit if result is not now]
    calmer = [other for other in others if _is_calmer(other, now)]
    if calmer:
        return Conclusion(ranking, Advice.MOVE, calmer[0])
    faster = [other for other in others if not _is_calmer(now, other) and _is_faster(other, now)]
    if faster:
        return Conclusion(ranking, Advice.FASTER, faster[0])
    rivals = [result for result in ranking if result is not now]
    if any(_differ(now, rival) for rival in rivals):
        return Conclusion(ranking, Advice.KEEP, now)
    return Conclusion(ranking, Advice.NOISE, now)


def chance(one: Sequence[float], other: Sequence[float]) -> float:
    """Return how probable such a difference is if there is none (two-sided, exact).

    Args:
        one: Values of one folder.
        other: Values of another; `MOST_ROUNDS` at most in each.

    Returns:
        0 to 1; 1 if one of them is empty.
    """
    if not one or not other:
        return 1.0
    ranks = _ranks([*one, *other])
    count = len(one)
    middle = count * (len(ranks) + 1) / 2
    seen = abs(sum(ranks[:count]) - middle)
    ways = [abs(sum(chosen) - middle) for chosen in combinations(ranks, count)]
    return sum(way >= seen - 1e-9 for way in ways) / len(ways)


def _ranks(values: Sequence[float]) -> list[float]:
    """Return each value's rank from 1; equal values share the middle of theirs."""
    ordered = sorted(values)
    return [(2 * ordered.index(value) + ordered.count(value) + 1) / 2 for value in values]


def _compare(one: FolderResult, other: FolderResult) -> int:
    """Order folders: fit ones first, then by waiting, and by speed where waiting is alike."""
    keys = [(bool(each.against), each.left, mean(each.waits)) for each in (one, other)]
    if keys[0][:2] != keys[1][:2]:
        return -1 if keys[0][:2] < keys[1][:2] else 1
    if keys[0][2] != keys[1][2]:
        return -1 if keys[0][2] < keys[1][2] else 1
    works = median(one.works), median(other.works)
    return (works[0] > works[1]) - (works[0] < works[1])


def _is_calmer(one: FolderResult, other: FolderResult) -> bool:
    """Tell whether files are locked for less time in one folder, by more than chance."""
    return mean(one.waits) < mean(other.waits) and chance(one.waits, other.waits) < CHANCE


def _is_faster(one: FolderResult, other: FolderResult) -> bool:
    if chance(one.works, other.works) >= CHANCE:
        return False
    return median(other.works) > WORTH_MOVING * median(one.works)


def _differ(one: FolderResult, other: FolderResult) -> bool:
    return (
        bool(one.left) != bool(other.left)
        or bool(one.against) != bool(other.against)
        or _is_calmer(one, other)
        or _is_calmer(other, one)
        or _is_faster(one, other)
        or _is_faster(other, one)
    )
