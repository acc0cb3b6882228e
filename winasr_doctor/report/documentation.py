"""Looks up the documentation of the checks in a report; only here do reports refer to checks."""

from __future__ import annotations

from functools import lru_cache
from itertools import takewhile

from winasr_doctor.checks import all_checks


@lru_cache(maxsize=1)
def _documents() -> dict[str, str]:
    return {check.code: check.doc for check in all_checks()}


def document(code: str) -> str:
    """Return a check's documentation as Markdown; empty if the check is not installed here."""
    return _documents().get(code, "")


def paragraph(code: str, name: str) -> str:
    """Return one paragraph of a check's documentation, on one line.

    Args:
        code: The check's code.
        name: The bold word that the paragraph starts with: `What`, `Why`, `Decided by`, `Do`.

    Returns:
        The text after that word; empty if there is none.
    """
    _, _, rest = document(code).partition(f"**{name}.**")
    first, *others = rest.lstrip().split("\n")
    lines = takewhile(lambda line: line.strip() and not line.startswith("**"), others)
    return " ".join(" ".join((first, *lines)).split())
