"""Compares two collections of the same machines: what is new, gone, or still there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from winasr_doctor.fleet.rows import MachineRow, UnreadFile
from winasr_doctor.fleet.sums import FleetSums
from winasr_doctor.fleet.tally import Named, Tally


class FindingChange(Struct, frozen=True):
    """What became of a check's finding; numbers of machines that are in both collections.

    Attributes:
        code: The check's code.
        new: Machines that did not have it before.
        gone: Machines that have it no longer.
        still: Machines that have it as before.
        new_on: Some of the machines in `new`.
    """

    code: str
    new: int
    gone: int
    still: int
    new_on: tuple[str, ...]


class FleetChanges(Struct, frozen=True):
    """What changed between two collections.

    Attributes:
        findings: The changes by check, most new ones first.
        added: The number of machines that were not there before, and some of their names.
        missing: The number of machines that are there no longer, and some of their names.
    """

    findings: tuple[FindingChange, ...]
    added: tuple[int, tuple[str, ...]]
    missing: tuple[int, tuple[str, ...]]


def compared(
    rows: Iterable[MachineRow | UnreadFile], earlier: Iterable[MachineRow | UnreadFile] | None
) -> tuple[FleetSums, FleetChanges | None]:
    """Add up a collection, and compare it with an earlier one.

    Args:
        rows: The collection.
        earlier: The earlier collection; `None` if there is none.
    """
    tally, comparison = Tally(), Comparison()
    for row in earlier or ():
        if isinstance(row, MachineRow):
            comparison.add_before(row)
    for row in rows:
        tally.add(row)
        if earlier is not None and isinstance(row, MachineRow):
            comparison.add_now(row)
    return tally.sums(), comparison.result() if earlier is not None else None


class _Change(Struct):
    new: Named
    gone: int = 0
    still: int = 0


class Comparison:
    """Compares machine by machine; it remembers the codes of the earlier collection.

    That takes some 150 bytes for a machine, as most machines share their set of codes with others.
    """

    def __init__(self) -> None:
        """Start without any machine."""
        self._before: dict[str, frozenset[str]] = {}
        self._sets: dict[frozenset[str], frozenset[str]] = {}
        self._changes: dict[str, _Change] = {}
        self._added = Named()

    def add_before(self, row: MachineRow) -> None:
        """Remember a machine of the earlier collection."""
        self._before[row.key] = self._sets.setdefault(row.codes, row.codes)

    def add_now(self, row: MachineRow) -> None:
        """Compare a machine of the later collection."""
        before = self._before.pop(row.key, None)
        if before is None:
            self._added.add(row.key)
            return
        for code in before | row.codes:
            change = self._changes.setdefault(code, _Change(Named()))
            if code not in before:
                change.new.add(row.key)
            elif code in row.codes:
                change.still += 1
            else:
                change.gone += 1

    def result(self) -> FleetChanges:
        """Return what changed; call it when all machines have been added."""
        missing = Named()
        for key in self._before:
            missing.add(key)
        return FleetChanges(
            findings=tuple(self._finding_changes()),
            added=(self._added.count, tuple(self._added.machines)),
            missing=(missing.count, tuple(missing.machines)),
        )

    def _finding_changes(self) -> Iterator[FindingChange]:
        found = self._changes.items()
        for code, each in sorted(found, key=lambda entry: (-entry[1].new.count, entry[0])):
            new = each.new
            yield FindingChange(code, new.count, each.gone, each.still, tuple(new.machines))
