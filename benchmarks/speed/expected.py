"""The regression check: ratios now, beside the ratios that are expected."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from speed.case import Case, ratio
from speed.measuring import Measured, again, measure

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

AT_ONCE = min(2, os.cpu_count() or 1)
"""How many cases are measured at once. Each takes one core, and only its CPU time counts."""

TRIES = 3
"""How often a case is measured that is beyond its bound; all measurements count together."""


@dataclass(frozen=True)
class Expected:
    """What is expected of one case.

    Attributes:
        ratio: Ours over theirs in CPU time, as it was measured.
        at_most: The bound.
    """

    ratio: float
    at_most: float


@dataclass(frozen=True)
class Verdict:
    """What the check of one case came to."""

    name: str
    expected: Expected
    found: float
    tries: int

    @property
    def passed(self) -> bool:
        """Whether the ratio is within its bound."""
        return self.found <= self.expected.at_most

    def __str__(self) -> str:
        return (
            f"{self.name:<20} expected {self.expected.ratio:8.2f}  found {self.found:8.2f}"
            f"  at most {self.expected.at_most:8.2f}  {'ok' if self.passed else 'TOO SLOW'}"
            f"{f' (measured {self.tries} times)' if self.tries > 1 else ''}"
        )


def read(file: Path) -> dict[str, Expected]:
    """Read the table of expectations.

    Raises:
        TypeError: An entry lacks a number or has another key.
        ValueError: An entry expects what it does not allow.
    """
    document = tomllib.loads(file.read_text(encoding="utf-8"))
    expected = {name: Expected(**entry) for name, entry in document.items()}
    for name, entry in expected.items():
        if not entry.ratio < entry.at_most:
            raise ValueError(f"{name}: the expected ratio is not below its bound")
    return expected


def check(
    cases: Iterable[Case],
    expected: dict[str, Expected],
    *,
    first: Callable[[Case], Measured] = lambda case: measure(case, quick=True),
    more: Callable[[Measured], Measured] = again,
) -> Iterable[Verdict]:
    """Measure each case quickly; one beyond its bound again, before it is called too slow.

    Args:
        cases: What to check; each has an entry.
        expected: The entries.
        first: Measures a case.
        more: Measures it again and adds that up.
    """

    def checked(case: Case) -> Verdict:
        measured = first(case)
        tries = 1
        while _cpu(measured) > expected[case.name].at_most and tries < TRIES:
            measured = more(measured)
            tries += 1
        return Verdict(case.name, expected[case.name], _cpu(measured), tries)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from pool.map(checked, cases)


def _cpu(measured: Measured) -> float:
    return ratio(measured.theirs, measured.ours, "cpu")
