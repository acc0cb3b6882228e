r"""Reads whether Windows Search runs, and which folders its rules cover.

The registry holds the rules, not the crawler's actual decisions, so this is a good guess.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal

from winasr_doctor._util.paths import fold
from winasr_doctor.machine.base import Unreadable
from winasr_doctor.machine.live.registry import WINDOWS_REGISTRY, Registry
from winasr_doctor.machine.model import SearchIndex, SearchRule

if TYPE_CHECKING:
    from winasr_doctor.machine.live.machine import LiveMachine

Service = Literal["running", "stopped", "disabled", "absent", "unknown"]

SERVICE_NAME = "WSearch"
SERVICE = rf"HKLM\SYSTEM\CurrentControlSet\Services\{SERVICE_NAME}"

DISABLED = 4
"""`SERVICE_DISABLED`. Source: learn.microsoft.com, "ChangeServiceConfigW"."""

SCOPE = r"HKLM\SOFTWARE\Microsoft\Windows Search\CrawlScopeManager\Windows\SystemIndex"

RULE_SETS = (("DefaultRules", True), ("WorkingSetRules", False))
"""Windows' own rules, and the rules in force: Windows' own plus those of the user and the apps.
Source: learn.microsoft.com, "Using the Crawl Scope Manager"; the registry layout is observed.
"""

STATES: dict[str, Service] = {
    "running": "running",
    "start_pending": "running",
    "continue_pending": "running",
    "stop_pending": "stopped",
    "stopped": "stopped",
    "paused": "stopped",
    "pause_pending": "stopped",
}
"""psutil's names for a service's state. Source: its documentation, `WindowsService.status`."""

_FILE_URL = re.compile(
    r"file:///(?P<drive>[^\\/]+)[\\/](?:\[[^\]]*\][\\/]?)?(?P<rest>.*)", re.IGNORECASE | re.DOTALL
)


def read(
    _host: LiveMachine | None = None,
    *,
    registry: Registry = WINDOWS_REGISTRY,
    status: Callable[[str], str] | None = None,
) -> SearchIndex:
    """Read the indexer's state and rules.

    Args:
        registry: The registry.
        status: Returns a service's state by its name; may raise any `OSError` or psutil error.

    Raises:
        Unreadable: The service exists, but its rules may not be read.
    """
    state = service(registry, status or _status)
    try:
        found = rules(registry)
    except FileNotFoundError:
        found = ()
    except OSError as error:
        if state == "absent":
            return SearchIndex(service=state)
        raise Unreadable(f"Windows Search's rules could not be read: {error}") from error
    return SearchIndex(service=state, rules=found)


def service(registry: Registry, status: Callable[[str], str]) -> Service:
    """Return the indexer's state; a disabled service that still runs counts as running.

    Args:
        registry: The registry.
        status: Returns a service's state by its name.
    """
    import psutil

    try:
        start = registry.values(SERVICE).get("Start")
    except FileNotFoundError:
        return "absent"
    except OSError:
        start = None
    try:
        state = STATES.get(status(SERVICE_NAME), "unknown")
    except (psutil.Error, OSError):  # psutil lets bare `OSError`s through
        state = "unknown"
    return "disabled" if start == DISABLED and state != "running" else state


def rules(registry: Registry) -> tuple[SearchRule, ...]:
    """Return the rules about folders; if two concern one folder, the one in force.

    Args:
        registry: The registry.

    Raises:
        FileNotFoundError: There are no rules at all.
        PermissionError: They may not be read.
    """
    found: dict[str, SearchRule] = {}
    missing = 0
    for name, own in RULE_SETS:
        try:
            for rule in _rules(registry, rf"{SCOPE}\{name}", own=own):
                key = fold(rule.pattern).rstrip("\\")
                known = found.get(key)
                if known is None or known.include != rule.include:
                    found[key] = rule
        except FileNotFoundError:
            missing += 1
            if missing == len(RULE_SETS):
                raise
    return tuple(found.values())


def pattern(url: str) -> str | None:
    r"""Return the folder pattern of a rule, or `None` if it is not about files.

    Args:
        url: The rule's URL, such as `file:///C:\[volume's GUID]\Users\*\AppData\`.
    """
    match = _FILE_URL.match(url)
    if match is None:
        return None
    return f"{match['drive']}\\{match['rest']}".replace("/", "\\")


def _rules(registry: Registry, key: str, *, own: bool) -> Iterator[SearchRule]:
    for name in registry.subkeys(key):
        values = registry.values(rf"{key}\{name}")
        folder = pattern(str(values.get("URL") or ""))
        if folder is not None:
            yield SearchRule(
                pattern=folder,
                include=values.get("Include") == 1,
                default=own or values.get("Default") == 1,
            )


def _status(name: str) -> str:
    import psutil

    found: str = psutil.win_service_get(name).status()  # type: ignore[attr-defined,unused-ignore]
    return found
