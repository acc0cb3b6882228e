"""What a fleet report knows about one machine, and what could not be read."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from winasr_doctor.findings import Verdict
from winasr_doctor.report.summaries import HEAD

Level = Literal["error", "warning"]
"""The severities that a fleet report counts; notes need no action."""

Source = Literal["snapshot", "report", "digest"]

HOST_VALUES = (*reversed(HEAD), ("account", "Account"))
"""The keys of `Report.host` that a fleet report sets beside the findings, and their labels."""

DRIVER = "NVIDIA driver"

DIMENSIONS = (*(label for _, label in HOST_VALUES), DRIVER)
"""The values of a machine that a fleet report sets beside the findings."""


class FleetFinding(Struct, frozen=True):
    """A check that failed on a machine.

    Attributes:
        code: The check's code.
        level: The worst severity that it had there.
        title: What the check looks for; empty if the file does not say.
    """

    code: str
    level: Level
    title: str = ""


class FleetRemedy(Struct, frozen=True):
    """A remedy from a machine's plan.

    Attributes:
        title: What it achieves.
        cures: The codes of the findings that it cures.
    """

    title: str
    cures: tuple[str, ...]


class MachineRow(Struct, frozen=True):
    """One machine.

    Attributes:
        key: The name that the collector gave the file, or its pseudonym.
        source: The kind of file it was read from.
        recorded: When it was recorded, as the file says; empty if it does not.
        verdict: The verdict of the scan.
        findings: The failed checks, each once.
        remedies: The plan; empty for a digest, which has none.
        values: What is known of `DIMENSIONS`, by name.
    """

    key: str
    source: Source
    recorded: str
    verdict: Verdict
    findings: tuple[FleetFinding, ...]
    remedies: tuple[FleetRemedy, ...] = ()
    values: dict[str, str] = {}

    @property
    def codes(self) -> frozenset[str]:
        """The codes of the failed checks."""
        return frozenset(found.code for found in self.findings)


class UnreadFile(Struct, frozen=True):
    """A file that could not be read.

    Attributes:
        name: The file, relative to the folder.
        reason: Why, as a clause without a full stop.
    """

    name: str
    reason: str
