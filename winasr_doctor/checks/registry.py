"""The list of all checks: the families of this package, and those of other packages."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache, partial
from importlib import import_module

from winasr_doctor.checks import app, plugins
from winasr_doctor.checks.base import Check, checks_of
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


def own_checks(*, source: bool = True) -> tuple[Check, ...]:
    """Return this package's checks, family by family.

    Args:
        source: Whether there is source to examine. Without it, the checks of source are not
            imported, and each says in its place that no source was given.
    """
    families = (
        _family(family) if source or family != "APP" else _without_source()
        for family in FAMILY_MODULES
    )
    return tuple(check for checks in families for check in checks)


@cache
def _family(family: str) -> tuple[Check, ...]:
    package = f"{__name__.rpartition('.')[0]}.{FAMILY_MODULES[family]}"
    if family != "APP":
        return checks_of(import_module(package))
    modules = [import_module(f"{package}.{module}") for module, _ in app.CHECKS.values()]
    found = {check.code: check for module in modules for check in checks_of(module)}
    return tuple(found[code] for code in app.CHECKS)


@lru_cache(maxsize=1)
def _without_source() -> tuple[Check, ...]:
    return tuple(
        Check(code, Documentation(title, partial(_text_of, code)), (), False, _no_source)
        for code, (_, title) in app.CHECKS.items()
    )


def _text_of(code: str) -> str:
    return next(check.doc.markdown for check in _family("APP") if check.code == code)


def _no_source(_host: Machine) -> Iterable[Finding]:
    yield skip(app.NO_SOURCE)


def all_checks(*, source: bool = True) -> tuple[Check, ...]:
    """Return this package's checks, then those that other installed packages offer.

    A package offers checks through the entry-point group `winasr_doctor.checks`; an entry
    names a `Check` or a module of them. One that cannot be loaded becomes a check that crashes, so
    that you see it and the other checks still run.

    Args:
        source: As for `own_checks`.
    """
    own = own_checks(source=source)
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
    select: Iterable[str] = (), ignore: Iterable[str] = (), *, source: bool = True
) -> tuple[Check, ...]:
    """Choose checks by code or family.

    Args:
        select: Codes or family prefixes (`TMP`, `SYN001`), in any case; empty means all.
        ignore: Codes or family prefixes to remove from the selection.
        source: As for `own_checks`.

    Returns:
        The chosen checks in the order of a report.

    Raises:
        UnknownCodeError: No check's code starts with an entry.
    """
    checks = all_checks(source=source)
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
