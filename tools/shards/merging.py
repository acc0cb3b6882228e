"""Adds up the results of schedules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any


def table(results: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the sums as Markdown, one line for each thing that may become of a tree."""
    sums: dict[str, Counter[str]] = {"schedules": Counter(), "attempts": Counter()}
    for each in results:
        for column, counted in sums.items():
            counted.update(each[column])
    yield "| what became of the tree | schedules | attempts to delete it |"
    yield "|---|---:|---:|"
    schedules, attempts = sums.values()
    for outcome in sorted(schedules):
        yield f"| {outcome} | {schedules[outcome]:,} | {attempts[outcome]:,} |"
    yield f"| together | {schedules.total():,} | {attempts.total():,} |"
