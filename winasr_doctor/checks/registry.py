"""The list of all checks: the families of this package, and those of other packages."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, partial
from importlib import import_module

from winasr_doctor.checks import plugins
from winasr_doctor.checks.base import Check, checks_of
from winasr_doctor.checks.deferred import DEFERRED
from winasr_doctor.findings import Documentation, Finding, skip
from winasr_doctor.machine.base import Machine

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


def own_checks(*, app: bool = True) -> tuple[Check, ...]:
    """Return this package's checks, family by family.

    Args:
        app: Whether an app's source or a revision was given. Without one, the checks of these are
            not imported, and each is skipped with the reason.
    """
    return tuple(
        check
        for family in FAMILY_MODULES
        for check in (_family(family) if app or family not in DEFERRED else _skipped(family))
    )


@cache
def _family(family: str) -> tuple[Check, ...]:
    package = __name__.rpartition(".")[0]
    return checks_of(import_module(f"{package}.{FAMILY_MODULES[family]}"))


@cache
def _skipped(family: str) -> tuple[Check, ...]:
    def run(_host: Machine) -> Iterable[Finding]:
        yield skip(DEFERRED[family].reason)

    return tuple(
        Check(code, Documentation(title, partial(_text_of, code)), (), False, run)
        for code, title in DEFERRED[family].titles.items()
    )


def _text_of(code: str) -> str:
    return next(check.doc.markdown for check in _family(code[:3]) if check.code == code)


def all_checks(*, app: bool = True) -> tuple[Check, ...]:
    """Return this package's checks, then those that other installed packages offer.

    A package offers checks through the entry-point group `winasr_doctor.checks`; an entry
    names a `Check` or a module of them. One that cannot be loaded becomes a check that crashes, so
    that you see it and the other checks still run.

    Args:
        app: As for `own_checks`.
    """
    own = own_checks(app=app)
    return own + plugins.load_checks(taken={check.code for check in own})


def check_called(code: str) -> Check | None:
    """Return the check with a code, importing no other family; `None` if there is none.

    Args:
        code: The code.
    """
    family = code[:3]
    near = _family(family) if family in FAMILY_MODULES else ()
    far = all_checks() if plugins.are_installed() else ()
    return next((check for check in (*near, *far) if check.code == code), None)


def select_checks(
    select: Iterable[str] = (), ignore: Iterable[str] = (), *, app: bool = True
) -> tuple[Check, ...]:
    """Choose checks by code or family.

    Args:
        select: Codes or family prefixes (`TMP`, `SYN001`), in any case; empty means all.
        ignore: Codes or family prefixes to remove from the selection.
        app: As for `own_checks`.

    Returns:
        The chosen checks in the order of a report.

    Raises:
        UnknownCodeError: No check's code starts with an entry.
    """
    checks = all_checks(app=app)
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
