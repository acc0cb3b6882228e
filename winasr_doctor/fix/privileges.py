"""Says who must run a step's command, for commands that `fix` only prints."""

from __future__ import annotations

import re

ADMINISTRATOR = "an administrator must run this; fix never does"

_NEEDS_ADMINISTRATOR = re.compile(
    r"(?i)\b(?:(?:Add|Set|Remove)-MpPreference|(?:Set|New|Stop|Start|Restart)-Service"
    r"|sc(?:\.exe)?\s+config|fsutil\s+(?:devdrv|behavior)|Format-Volume"
    r"|(?:reg\s+add|(?:New|Set)-ItemProperty\b.*)\s*['\"]?HK(?:LM|EY_LOCAL_MACHINE))"
)
"""Sources: learn.microsoft.com, "Set-MpPreference", "Set-Service", "fsutil devdrv", "reg add"."""


def who_must_run(step: str) -> str | None:
    """Return who has to run a step's command if it is not just the user.

    Args:
        step: One step of a remedy.
    """
    return ADMINISTRATOR if _NEEDS_ADMINISTRATOR.search(step) else None
