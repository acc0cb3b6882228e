"""Finds commands in the words of a step, where nobody can copy them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from winasr_doctor.findings import Remedy, Step

COMMAND = re.compile(
    r"New-Item|Remove-Item|pip install [\"'-]|pip install \S+[=<>[]|\bpy -3\.|winget (?:in|up)"
    r"|python(?:\.exe)?'? -[mc]|\bset \"?\w+=|\$env:\w+ =|reg add|mkdir -p|export \w+="
    r"|Get-MpPreference|fsutil|attrib |SetEnvironmentVariable",
    re.IGNORECASE,
)


def hidden_commands(remedies: Iterable[Remedy]) -> list[str]:
    """Return the words that look as if they held a command."""
    steps = (Step.of(step) for remedy in remedies for step in remedy.steps)
    return [step.words for step in steps if COMMAND.search(step.words)]
