"""Looks up the documentation of the checks in a report."""

from __future__ import annotations

from functools import lru_cache

from winasr_doctor.checks import all_checks
from winasr_doctor.checks.documentation import Documentation


@lru_cache(maxsize=1)
def _documents() -> dict[str, Documentation]:
    return {check.code: check.doc for check in all_checks()}


def documentation_of(code: str) -> Documentation:
    """Return a check's documentation; one without text if the check is not installed here."""
    return _documents().get(code, Documentation(""))
