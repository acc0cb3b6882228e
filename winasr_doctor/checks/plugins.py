"""Checks that other packages offer through the entry-point group `winasr_doctor.checks`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from functools import lru_cache, partial
from types import ModuleType
from typing import TYPE_CHECKING

from winasr_doctor._util.regular_files import read_regular
from winasr_doctor.checks.base import Check, checks_of
from winasr_doctor.findings import Documentation, Finding
from winasr_doctor.machine.base import Machine

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

_LARGEST = 1024**2
"""The largest list of entry points to read, in bytes; most have a hundred."""

GROUP = "winasr_doctor.checks"


def load_checks(taken: set[str]) -> tuple[Check, ...]:
    """Load every check that other packages offer.

    Args:
        taken: Codes in use; a check that reuses one of them becomes a crashing check.

    Returns:
        The checks; those of one package are in the order of their codes.
    """
    return tuple(check for entry in _entry_points() for check in _load(entry, taken))


def are_installed() -> bool:
    """Return whether another package offers checks."""
    return bool(_entry_points())


@lru_cache(maxsize=1)
def _entry_points() -> tuple[EntryPoint, ...]:
    if not _any_distribution_mentions_us():
        return ()
    from importlib.metadata import entry_points

    return tuple(sorted(entry_points(group=GROUP), key=lambda entry: entry.name))


def _any_distribution_mentions_us() -> bool:
    """Return whether an entry-point file of any installed distribution has our group.

    Importing `importlib.metadata` costs more than the rest of a scan's start, and most
    installations offer no checks at all.
    """
    header = f"[{GROUP}]".encode()
    for folder in sys.path:
        try:
            with os.scandir(folder or ".") as entries:
                names = [e.path for e in entries if e.name.endswith((".dist-info", ".egg-info"))]
        except OSError:
            continue
        for name in names:
            try:
                text = read_regular(os.path.join(name, "entry_points.txt"), _LARGEST)  # noqa: PTH118
            except OSError:
                continue
            if header in text:
                return True
    return False


def _load(entry: EntryPoint, taken: set[str]) -> Iterable[Check]:
    try:
        offered = entry.load()
    except Exception as error:  # noqa: BLE001 - other packages may raise anything
        return (_broken(entry, error),)
    checks = checks_of(offered) if isinstance(offered, ModuleType) else (offered,)
    good = [check for check in checks if isinstance(check, Check) and check.code not in taken]
    taken.update(check.code for check in good)
    if len(good) == len(checks) > 0:
        return good
    problem = TypeError(f"{entry.value} offers no check, or one whose code is taken")
    return (*good, _broken(entry, problem))


def _broken(entry: EntryPoint, error: Exception) -> Check:
    return Check(
        code="EXT000",
        doc=Documentation(f"The checks of {entry.value} can be loaded"),
        reads=(),
        windows_only=False,
        run=partial(_raise, error),
    )


def _raise(error: Exception, _host: Machine) -> Iterable[Finding]:
    raise error
