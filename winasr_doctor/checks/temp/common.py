"""What the TMP checks share: the folders that temporary files may go to."""

from __future__ import annotations

from winasr_doctor.machine.base import Machine
from winasr_doctor.machine.model import Place


def temp_places(host: Machine) -> tuple[Place, ...]:
    """Return the distinct folders that temporary files may go to, Python's own choice first."""
    distinct: dict[str, Place] = {}
    for place in host.places.of("tempfile", "TEMP", "TMP", "TMPDIR"):
        distinct.setdefault(place.real.casefold(), place)
    return tuple(distinct.values())


def named(place: Place) -> str:
    """Return the name of a temp folder for a sentence: its variable, or "the temp folder"."""
    return "the temp folder" if place.role == "tempfile" else place.role


def facts(place: Place) -> dict[str, object]:
    """Return the evidence that every finding about a place starts with."""
    return {"role": place.role, "path": place.path, "resolved": place.resolved}
