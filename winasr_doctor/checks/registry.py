"""The list of all checks: the families of this package, and those of other packages."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from importlib import import_module

from winasr_doctor.checks import plugins
from winasr_doctor.checks.base import Check, checks_of

FAMILY_MODULES = {
    "TMP": "temp",
    "SYN": "sync",
    "AVX": "antivirus",
    "IDX": "search_index",
    "REV": "revision",
    "ENV": "environment",
    "NEM": "nemo",
    "APP": "app",
}


class UnknownCodeError(ValueError):
    """No check has this code or family; the message is one sentence."""


@lru_cache(maxsize=1)
def own_checks() -> tuple[Check, ...]:
    """Return this package's checks, family by family."""
    package = __name__.rpartition(".")[0]
    modules = (import_module(f"{package}.{module}") for module in FAMILY_MODULES.values())
    return tuple(check for module in modules for check in checks_of(module))


def all_checks() -> tuple[Check, ...]:
    """Return this package's checks, then those that other installed packages offer.

    A package offers checks through the entry-point group `winasr_doctor.checks`; an entry
    names a `Check` or a module of them. One that cannot be loaded becomes a check that crashes, so
    that you see it and the other checks still run.
    """
    return own_checks() + plugins.load_checks(taken={check.code for check in own_checks()})


def select_checks(select: Iterable[str] = (), ignore: Iterable[str] = ()) -> tuple[Check, ...]:
    """Choose checks by code or family.

    Args:
        select: Codes or family prefixes (`TMP`, `SYN001`), in any case; empty means all.
        ignore: Codes or family prefixes to remove from the selection.

    Returns:
        The chosen checks in the order of a report.

    Raises:
        UnknownCodeError: No check's code starts with an entry.
    """
    checks = all_checks()
    wanted = _prefixes(select, checks)
    unwanted = _prefixes(ignore, checks)
    return tuple(
        check
        for check in checks
        if (not wanted or check.code.startswith(wanted)) and not check.code.startswith(unwanted)
    )


def _prefixes(entries: Iterable[str], checks: tuple[Check, ...]) -> tuple[str, ...]:
    prefixes = tuple(entry.strip().upper() for entry in entries)
    for prefix in prefixes:
        if not prefix or not any(check.code.startswith(prefix) for check in checks):
            raise UnknownCodeError(
                f"no check or family is called {prefix!r}; --list-checks shows them all"
            )
    return prefixes
