"""Ranks the folders, and decides whether a difference is more than chance.

Two folders differ if the rank-sum test of Wilcoxon, Mann and Whitney says so about their rounds. It
is computed exactly over all possible arrangements of the values, including ties: it makes no
assumption about the distribution of times and is robust against one slow round. A difference that
chance produces in one probe of twenty, or more often, counts as noise; so does any difference
between folders of fewer than four rounds, as no outcome is rarer than that.
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
"""Probability up to which a difference by chance counts as real."""

WORTH_MOVING = 1.25
"""How many times faster a folder must be to be recommended for its speed alone."""

MOST_ROUNDS = 8
"""More would make the test's enumeration long: 12,870 arrangements for 8 rounds in both folders."""


class Advice(str, Enum):
    """What to do."""

    KEEP = "keep"
    """The folder in use is the best of those measured."""
    MOVE = "move"
    """In another folder, files are locked for less time."""
    FASTER = "faster"
    """Locks do not differ; another folder is faster."""
    NOISE = "noise"
    """No difference is more than chance."""
    NOTHING = "nothing"
    """No advice is possible: there are not two folders to compare, or none is suitable."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The conclusion of a probe.

    Attributes:
        ranking: The folders that were measured, the best first, those with objections last.
        advice: What to do.
        use: The folder to use; `None` if no advice is possible.
    """

    ranking: tuple[FolderResult, ...]
    advice: Advice
    use: FolderResult | None


def conclude(results: Sequence[FolderResult]) -> Conclusion:
    """Rank folders and say which one to use.

    Args:
        results: The measurements.
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
    """Return how probable such a difference is by chance (two-sided, exact).

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
    """Return each value's rank from 1; equal values share their average rank."""
    ordered = sorted(values)
    return [(2 * ordered.index(value) + ordered.count(value) + 1) / 2 for value in values]


def _compare(one: FolderResult, other: FolderResult) -> int:
    """Order folders: suitable ones first, then by waiting time, and by speed if that is equal."""
    keys = [(bool(each.against), each.left, mean(each.waits)) for each in (one, other)]
    if keys[0][:2] != keys[1][:2]:
        return -1 if keys[0][:2] < keys[1][:2] else 1
    if keys[0][2] != keys[1][2]:
        return -1 if keys[0][2] < keys[1][2] else 1
    works = median(one.works), median(other.works)
    return (works[0] > works[1]) - (works[0] < works[1])


def _is_calmer(one: FolderResult, other: FolderResult) -> bool:
    """Return whether files are locked for less time in one folder, beyond chance."""
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
