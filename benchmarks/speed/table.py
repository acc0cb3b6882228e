"""The table: one row per case, both sides beside each other, in Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from itertools import groupby

import pyperf

from speed.case import MB, Case, Numbers, Promise, ratio
from speed.measuring import Measured, growth

COLUMNS = ("what", "wall", "ratio", "CPU", "ratio", "peak memory", "promised: measured")
_CLOCKS = ("wall", "cpu")
_PER_GROWTH = 2


def table(measured: Sequence[Measured]) -> Iterable[str]:
    """Return the lines of all groups: a heading, a table and, where there are sizes, the growth."""
    for group, members in groupby(measured, key=lambda each: each.case.group):
        rows = list(members)
        yield from (f"## {group}", "")
        yield "| " + " | ".join(COLUMNS) + " |"
        yield "|---" * len(COLUMNS) + "|"
        yield from map(row, rows)
        sizes = [each for each in rows if each.case.size > 1]
        if len(sizes) >= _PER_GROWTH and len({each.case.size for each in sizes}) == len(sizes):
            yield from ("", _growth(sizes[0], sizes[-1]))
        yield ""


def row(each: Measured) -> str:
    """Return one case's line; each pair of numbers is theirs, then ours."""
    case = each.case
    cells = [f"{case.title}: {case.ours.name} beside {case.theirs.name}"]
    for clock in _CLOCKS:
        both = [_spread(each, side, clock) for side in ("theirs", "ours")]
        cells += [" / ".join(both), f"{ratio(each.theirs, each.ours, clock):.2f}"]
    cells.append(_memory(each.theirs, each.ours))
    cells.append("; ".join(_promised(promise, each) for promise in measurable(each)))
    return "| " + " | ".join(cells) + " |"


def _spread(each: Measured, side: str, clock: str) -> str:
    """Return the median with the range around it."""
    values = getattr(getattr(each, side), clock)
    benchmark: pyperf.Benchmark = each.suite.get_benchmark(f"{each.case.name} {side} {clock}")
    middle, low, high = benchmark.format_values(
        (statistics.median(values), min(values), max(values))
    )
    return f"{middle} ({low.split()[0]} to {high.split()[0]})"


def _memory(theirs: Numbers, ours: Numbers) -> str:
    if not theirs.memory:
        return "not measured"
    return f"{theirs.memory / MB:.0f} MB / {ours.memory / MB:.0f} MB"


def _growth(small: Measured, large: Measured) -> str:
    ours, theirs = (growth(small, large, side) for side in ("ours", "theirs"))
    sizes = f"{small.case.size:,} to {large.case.size:,}"
    return f"From {sizes}, CPU time grows with the power {ours:.2f}; {theirs:.2f} without us."


def _promised(promise: Promise, each: Measured) -> str:
    value = promise.value(each.case, each.theirs, each.ours)
    limit, found = (_with_unit(promise, number) for number in (promise.limit, value))
    bound = "at least" if promise.what == "rate" else "at most"
    verdict = "" if promise.kept(value) else " **BROKEN**"
    clock = "" if promise.what == "memory" else f" {promise.clock.replace('cpu', 'CPU')}"
    return f"{_WHAT[promise.what]}{clock} {bound} {limit}: {found}{verdict}"


_WHAT = {
    "ratio": "ratio,",
    "extra": "difference,",
    "seconds": "time,",
    "p95": "95th percentile,",
    "rate": "per second,",
    "memory": "memory",
}


def measurable(each: Measured) -> tuple[Promise, ...]:
    """Return the promises of a case; a quick run knows no peak memory."""
    return tuple(p for p in each.case.promises if p.what != "memory" or each.ours.memory)


def _with_unit(promise: Promise, value: float) -> str:
    if promise.what == "memory":
        return f"{value / MB:.0f} MB"
    if promise.what == "rate":
        return f"{value:,.0f}"
    if promise.what == "ratio":
        return f"{value:.3f}"
    return f"{value * 1000:.1f} ms" if promise.limit < 1 else f"{value:.2f} s"


def broken(measured: Iterable[Measured]) -> list[str]:
    """Return the names of the cases in which a promise is not kept."""
    return [
        each.case.name
        for each in measured
        if any(
            not promise.kept(promise.value(each.case, each.theirs, each.ours))
            for promise in measurable(each)
        )
    ]


def left_out(cases: Iterable[Case]) -> Iterable[str]:
    """Return a line for each case that could not be measured here."""
    for case in cases:
        yield f"Not measured: {case.name} ({case.title}); {case.needs} is not installed."
