"""Writes a fleet report for programs: one JSON document, or one line for each machine."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from winasr_doctor.fleet.comparison import FleetChanges
from winasr_doctor.fleet.rows import DIMENSIONS, MachineRow, UnreadFile
from winasr_doctor.fleet.sums import FleetSums
from winasr_doctor.report.escaping import one_line


class FleetDocument(Struct, frozen=True):
    """What `fleet report --format json` prints."""

    schema: Literal["winasr-doctor/fleet/1"]
    fleet: FleetSums
    changes: FleetChanges | UnsetType = UNSET
    """What is new, gone or still there since `--before`; missing without it."""


def document(sums: FleetSums, changes: FleetChanges | None) -> FleetDocument:
    """Return a fleet report as a JSON document."""
    return FleetDocument("winasr-doctor/fleet/1", sums, UNSET if changes is None else changes)


def ndjson_lines(rows: Iterable[MachineRow | UnreadFile]) -> Iterator[str]:
    """Yield one JSON object for each machine that could be read."""
    for row in rows:
        if isinstance(row, MachineRow):
            yield msgspec.json.encode(row).decode() + "\n"


COLUMNS = ("machine", "source", "recorded", "verdict", "errors", "warnings", *DIMENSIONS)
"""The columns of the CSV file."""


def csv_lines(rows: Iterable[MachineRow | UnreadFile]) -> Iterator[str]:
    """Yield a line of names, then one line for each machine that could be read."""
    yield _csv_line(COLUMNS)
    for row in rows:
        if isinstance(row, MachineRow):
            yield _csv_line(_cells(row))


def _cells(row: MachineRow) -> Iterator[str]:
    yield from (row.key, row.source, row.recorded, row.verdict.value)
    for level in ("error", "warning"):
        yield " ".join(found.code for found in row.findings if found.level == level)
    yield from (row.values.get(name, "") for name in DIMENSIONS)


def _csv_line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(map(_harmless, cells))
    return line.getvalue()


def _harmless(cell: str) -> str:
    """Keep a spreadsheet from taking a cell for a formula. Source: OWASP, "CSV Injection"."""
    text = one_line(cell)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text
