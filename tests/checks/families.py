"""The checks of each family, whatever is added to it."""

from __future__ import annotations

from winasr_doctor.checks import all_checks


def codes_of(family: str) -> list[str]:
    """Return the codes of a family's checks, in order."""
    return [check.code for check in all_checks() if check.family == family]
