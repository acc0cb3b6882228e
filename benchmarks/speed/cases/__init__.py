"""Everything that is measured, in the order of the table."""

from __future__ import annotations

from speed.case import Case
from speed.cases import (
    deleting,
    explaining,
    faults,
    fleets,
    guarding,
    ledger,
    page_start,
    scanning,
    starting,
    waiting,
)

CASES: dict[str, Case] = {
    case.name: case
    for room in (
        starting,
        scanning,
        fleets,
        explaining,
        deleting,
        waiting,
        ledger,
        faults,
        guarding,
        page_start,
    )
    for case in room.CASES
}
