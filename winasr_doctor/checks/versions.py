"""The newest releases when the tables were made, and the Pythons that have wheels for NeMo."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from msgspec import Struct

from winasr_doctor._util.dated import Dated, read_table
from winasr_doctor._util.safe_text import whole_number

Minor = tuple[int, int]
Release = tuple[int, int, int]

NEWEST: Dated[Mapping[str, str]] = read_table("newest", "newest releases that were known")
"""The newest release of each distribution. Source: the package index."""

WheelRows = Mapping[str, Mapping[str, list[str]]]

WHEELS: Dated[WheelRows] = read_table(
    "nemo-wheels", "which Python has wheels for which NeMo on 64-bit Windows"
)
"""Missing wheels of NeMo's `[asr]` requirements, by NeMo release and Python version.

Pure-Python sources do not count. Source: the package index, resolved with uv for
x86_64-pc-windows-msvc."""


@lru_cache(maxsize=1024)
def release(version: str) -> Release:
    """Return major, minor and micro of a version; a missing number is 0.

    Pre-releases count as the release they lead to, and local parts such as `+cu128` do not
    count: good enough for "is it at least".

    Args:
        version: The version, as pip shows it.
    """
    numbers = []
    for part in version.split("+", 1)[0].split(".")[:3]:
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        numbers.append(whole_number(digits) or 0)
    major, minor, micro = (*numbers, 0, 0, 0)[:3]
    return major, minor, micro


def newer_than_known(distribution: str, version: str) -> str | None:
    """Return the distribution and version if it was released after the tables were made.

    Args:
        distribution: The name, spelled as in `NEWEST`.
        version: The installed version.

    Returns:
        Text such as `torch 2.16.0`, for `resting_on`; `None` if the tables may know the version.
    """
    newer = release(version) > release(NEWEST.rows[distribution])
    return f"{distribution} {version}" if newer else None


class Wheels(Struct, frozen=True):
    """What a table of wheels says about one NeMo and one Python.

    Attributes:
        missing: Distributions that have no wheel for this Python, but have one for another.
        beyond: The part that is newer than the table, such as `Python 3.16`, or `None`.
        good: Pythons with every wheel that exists for any Python, oldest first.
    """

    missing: tuple[str, ...]
    beyond: str | None
    good: tuple[str, ...]


def wheels_for(nemo: str, python: Minor, table: WheelRows = WHEELS.rows) -> Wheels:
    """Look up which wheels are missing.

    A release that is not in the table is judged like the nearest one that is: the newest of the
    same minor version, else the newest before it, else the oldest.

    Args:
        nemo: NeMo's version.
        python: Major and minor version; not older than the table's oldest.
        table: The rows.
    """
    row = table[_nearest(nemo, table)]
    anywhere = set.intersection(*map(set, row.values()))  # these have no wheel for any Python
    good = tuple(name for name, missing in row.items() if set(missing) == anywhere)
    newest_python = max(map(minor, row))
    if python > newest_python:
        return Wheels((), f"Python {python[0]}.{python[1]}", good)
    newest_nemo = max(map(release, table))
    missing = [name for name in row[f"{python[0]}.{python[1]}"] if name not in anywhere]
    beyond = f"NeMo {nemo}" if release(nemo) > newest_nemo else None
    return Wheels(tuple(missing), beyond, good)


def minor(python: str) -> Minor:
    """Return the numbers of a Python version such as `3.14`."""
    major, _, rest = python.partition(".")
    return int(major), int(rest)


def _nearest(nemo: str, table: WheelRows) -> str:
    wanted = release(nemo)
    same = [name for name in table if release(name)[:2] == wanted[:2]]
    before = [name for name in table if release(name) <= wanted]
    return max(same or before, key=release, default=min(table, key=release))
