"""Maps known errors to `Diagnosis.kind`: the names of version 0.1, and ids for newer ones."""

from __future__ import annotations

from winasr_doctor.catalogue.tables.kinds import KINDS

LOCKED, UNKNOWN, NOTHING = "locked-file", "unknown", "no-exception"


def kind_of(entry_id: str) -> str:
    """Return the stable name of a known error's cause."""
    return KINDS.get(entry_id, entry_id)
