"""Compares facts with the values a condition requires, and versions in the order of PEP 440.

`packaging` does the same, but importing it takes longer than everything else that a scan does with
the known errors.
"""

from __future__ import annotations

import re
from functools import lru_cache

from winasr_doctor._util.lazy_patterns import lazy_pattern

_VERSION = lazy_pattern(
    r"v?(?P<release>[0-9]{1,9}(?:\.[0-9]{1,9})*)"
    r"(?:[-_.]?(?P<phase>alpha|beta|preview|pre|rc|a|b|c)[-_.]?(?P<number>[0-9]{1,9})?)?"
    r"(?P<post>[-_.]?post[-_.]?[0-9]{0,9})?(?P<dev>[-_.]?dev[-_.]?[0-9]{0,9})?(?![0-9a-z])",
    re.ASCII | re.IGNORECASE,
)
_CLAUSE = lazy_pattern(r"\s*(?P<operator>>=|<=|==|!=|>|<)\s*(?P<version>[^\s,]+)\s*")
_OPERATORS = frozenset("<>=!~")
_DEV, _FINAL, _POST = 0, 4, 5
_PHASES = {"a": 1, "alpha": 1, "b": 2, "beta": 2}
_CANDIDATE = 3

PRESENT, ABSENT = "present", "absent"
"""Words in a condition: the fact is known, or there is no such thing."""

Key = tuple[tuple[int, ...], int, int]
"""Sort key of a version: the release without trailing zeros, the phase, and the phase's number."""


def is_specifier(text: str) -> bool:
    """Return whether a text is a version specifier, such as `>=2.6,<3`, not a plain value."""
    return text[:1] in _OPERATORS


def satisfies(version: str, specifier: str) -> bool:
    """Return whether a version fits a specifier.

    Pre-releases count as older than their release; local parts such as `+cu128` are ignored.

    Args:
        version: The version as pip shows it; an unreadable one fits nothing.
        specifier: Clauses with `>=`, `<=`, `>`, `<`, `==` or `!=`, joined by commas; `==2.6.*`
            means every 2.6.

    Raises:
        ValueError: The specifier cannot be read.
    """
    installed = _key(version)
    clauses = [_clause(text) for text in specifier.split(",")]
    return installed is not None and all(_fits(installed, *clause) for clause in clauses)


def fits(value: str | None, wanted: str) -> bool:
    """Return whether a fact meets a condition.

    Args:
        value: The fact; `None` if there is none.
        wanted: A value, a version specifier, or one of the words `present` and `absent`.
    """
    if value is None or wanted in (PRESENT, ABSENT):
        return wanted == (ABSENT if value is None else PRESENT)
    return satisfies(value, wanted) if is_specifier(wanted) else value == wanted


@lru_cache(maxsize=256)
def _key(version: str) -> Key | None:
    found = _VERSION.match(version.strip())
    if found is None:
        return None
    release = tuple(int(number) for number in found["release"].split("."))
    while len(release) > 1 and release[-1] == 0:
        release = release[:-1]
    if found["phase"]:
        phase = _PHASES.get(found["phase"].lower(), _CANDIDATE)
        return release, phase, int(found["number"] or 0)
    return release, _POST if found["post"] else _DEV if found["dev"] else _FINAL, 0


@lru_cache(maxsize=256)
def _clause(text: str) -> tuple[str, Key, bool]:
    found = _CLAUSE.fullmatch(text)
    wanted, star, _ = found["version"].partition(".*") if found else ("", "", "")
    key = _key(wanted)
    if found is None or key is None:
        raise ValueError(f"{text!r} is no version specifier")
    return found["operator"], key, bool(star)


def _fits(installed: Key, operator: str, wanted: Key, series: bool) -> bool:
    if series:
        padded = (*installed[0], *(0,) * len(wanted[0]))
        return (padded[: len(wanted[0])] == wanted[0]) == (operator == "==")
    return {
        ">=": installed >= wanted,
        "<=": installed <= wanted,
        ">": installed > wanted,
        "<": installed < wanted,
        "==": installed == wanted,
        "!=": installed != wanted,
    }[operator]
