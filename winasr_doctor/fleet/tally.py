"""Adds up the rows of machines, in memory that does not grow with their number."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

from msgspec import Struct

from winasr_doctor.fleet.rows import DIMENSIONS, Level, MachineRow, UnreadFile
from winasr_doctor.fleet.sums import FindingCount, FleetSums, Outlier, RemedyCount, ValueCount

T = TypeVar("T", bound=Hashable)

NAMED = 20
"""Maximum number of machines to name beside a count; NDJSON and CSV name all."""

_MOST_KINDS = 20_000
"""Maximum number of distinct things to count; a fleet has hundreds."""

RARE = 0.01
"""A value that fewer machines share is an outlier."""

_USUALLY_COMMON = 0.1
"""If more machines have rare values, as with thousands of versions, rare is nothing special."""

_ENOUGH = 20
"""Minimum number of machines for which it makes sense to speak of outliers."""

_SHARE = 0.05
"""Minimum share of the machines with a version for a finding to be named beside it."""

_SEVERAL = 2
"""Minimum number of machines on each side that a comparison of versions needs."""

_DEVIATIONS = 3
"""How many standard deviations of a Poisson distribution chance rarely exceeds: 1 in 700."""

_SIZE = re.compile(r"\d+(?:\.\d+)? (?=[kKMGT]i?B\b)")
_DRIVE = re.compile(r"\b[A-Z]:\\")


class Named(Struct):
    """A number of machines, some of them by name."""

    count: int = 0
    machines: list[str] = []

    def add(self, machine: str) -> None:
        """Count a machine."""
        self.count += 1
        if len(self.machines) < NAMED:
            self.machines.append(machine)


class _BoundedCounts(Generic[T]):
    """Counts machines by something, up to a limit of distinct things."""

    def __init__(self) -> None:
        self.found: dict[T, Named] = {}

    def add(self, key: T, machine: str) -> None:
        named = self.found.get(key)
        if named is None:
            if len(self.found) >= _MOST_KINDS:
                return
            named = self.found[key] = Named()
        named.add(machine)


_MOST_UNREAD = 200


class Tally:
    """The sums so far."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.machines = 0
        self._verdicts: Counter[str] = Counter()
        self._sources: Counter[str] = Counter()
        self._findings: _BoundedCounts[str] = _BoundedCounts()
        self._levels: dict[str, Level] = {}
        self._titles: dict[str, str] = {}
        self._remedies: _BoundedCounts[str] = _BoundedCounts()
        self._cures: dict[str, set[str]] = {}
        self._values: _BoundedCounts[tuple[str, str]] = _BoundedCounts()
        self._together: Counter[tuple[tuple[str, str], str]] = Counter()
        self._failed: Counter[tuple[str, str]] = Counter()
        self._sets: _BoundedCounts[frozenset[str]] = _BoundedCounts()
        self._unread: list[UnreadFile] = []
        self._unread_count = 0

    def add(self, row: MachineRow | UnreadFile) -> None:
        """Add a machine, or a file that could not be read."""
        if isinstance(row, UnreadFile):
            self._unread_count += 1
            if len(self._unread) < _MOST_UNREAD:
                self._unread.append(row)
            return
        self.machines += 1
        self._verdicts[row.verdict.value] += 1
        self._sources[row.source] += 1
        self._add_findings(row)
        self._add_remedies(row)
        self._add_values(row)

    def _add_findings(self, row: MachineRow) -> None:
        for found in row.findings:
            self._findings.add(found.code, row.key)
            if found.level == "error" or found.code not in self._levels:
                self._levels[found.code] = found.level
            if found.title:
                self._titles[found.code] = found.title
        if row.findings:
            self._sets.add(row.codes, row.key)

    def _add_remedies(self, row: MachineRow) -> None:
        for remedy in row.remedies:
            title = _DRIVE.sub("the drive", _SIZE.sub("... ", remedy.title))
            self._remedies.add(title, row.key)
            self._cures.setdefault(title, set()).update(remedy.cures)

    def _add_values(self, row: MachineRow) -> None:
        for dimension, value in row.values.items():
            at = dimension, value
            self._values.add(at, row.key)
            if at not in self._values.found:
                continue
            self._failed[at] += row.verdict.value == "fail"
            for code in row.codes:
                self._together[(at, code)] += 1

    def sums(self) -> FleetSums:
        """Return the sums."""
        return FleetSums(
            machines=self.machines,
            verdicts={name: self._verdicts[name] for name in ("fail", "warn", "pass")},
            sources=dict(self._sources.most_common()),
            findings=tuple(self._finding_counts()),
            remedies=tuple(self._remedy_counts()),
            values=tuple(self._value_counts()),
            outliers=tuple(self._outliers()),
            unread=tuple(self._unread),
            unread_count=self._unread_count,
        )

    def _finding_counts(self) -> Iterable[FindingCount]:
        found = self._findings.found.items()
        return (
            FindingCount(
                code,
                self._levels[code],
                self._titles.get(code, ""),
                each.count,
                tuple(each.machines),
            )
            for code, each in sorted(found, key=self._worst_first)
        )

    def _worst_first(self, entry: tuple[str, Named]) -> tuple[bool, int, str]:
        code, named = entry
        return self._levels[code] != "error", -named.count, code

    def _remedy_counts(self) -> Iterable[RemedyCount]:
        found = sorted(self._remedies.found.items(), key=lambda entry: -entry[1].count)
        return (
            RemedyCount(title, tuple(sorted(self._cures[title])), n.count, tuple(n.machines))
            for title, n in found
        )

    def _value_counts(self) -> Iterable[ValueCount]:
        for dimension in DIMENSIONS:
            here = [(at, named) for at, named in self._values.found.items() if at[0] == dimension]
            known = sum(named.count for _, named in here)
            for at, named in sorted(here, key=lambda entry: -entry[1].count):
                told = sorted(self._told(at, named.count, known), key=_by_difference)
                yield ValueCount(dimension, at[1], named.count, self._failed[at], tuple(told))

    def _told(
        self, at: tuple[str, str], count: int, known: int
    ) -> Iterable[tuple[str, float, float]]:
        others = known - count
        if min(count, others) < _SEVERAL:
            return
        for code, named in self._findings.found.items():
            here = self._together[(at, code)]
            share = here / count
            elsewhere = min(named.count - here, others) / others
            enough = share >= max(_SHARE, 2 * elsewhere)
            if enough and _is_more_than_chance(here, elsewhere * count):
                yield code, share, elsewhere

    def _outliers(self) -> Iterable[Outlier]:
        if self.machines < _ENOUGH:
            return
        totals: Counter[str] = Counter()
        for (dimension, _), named in self._values.found.items():
            totals[dimension] += named.count
        rare = [
            (at, named)
            for at, named in self._values.found.items()
            if named.count < RARE * totals[at[0]] or named.count == 1
        ]
        together: Counter[str] = Counter()
        for (dimension, _), named in rare:
            together[dimension] += named.count
        for (dimension, value), named in rare:
            if together[dimension] < _USUALLY_COMMON * totals[dimension]:
                yield Outlier(f"{dimension} {value}", tuple(named.machines), named.count)
        alone = [(codes, named) for codes, named in self._sets.found.items() if named.count == 1]
        if len(alone) < _USUALLY_COMMON * self.machines:
            for codes, named in alone:
                what = f"only here together: {', '.join(sorted(codes))}"
                yield Outlier(what, tuple(named.machines), 1)


def _is_more_than_chance(found: int, expected: float) -> bool:
    return found > expected + _DEVIATIONS * math.sqrt(max(expected, 1.0))


def _by_difference(told: tuple[str, float, float]) -> tuple[float, str]:
    code, here, elsewhere = told
    return elsewhere - here, code
