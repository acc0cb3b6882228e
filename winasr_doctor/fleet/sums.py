"""What a fleet report says, as values."""

from __future__ import annotations

from msgspec import Struct

from winasr_doctor.fleet.rows import Level, UnreadFile


class FindingCount(Struct, frozen=True):
    """A check that failed somewhere in the fleet.

    Attributes:
        code: The check's code.
        level: The worst severity that it had.
        title: What the check looks for.
        count: The number of machines.
        machines: At most `NAMED` of them.
    """

    code: str
    level: Level
    title: str
    count: int
    machines: tuple[str, ...]


class RemedyCount(Struct, frozen=True):
    """A remedy that is in the plan of some machines.

    Attributes:
        title: What it achieves; sizes and drives, which differ, are left out.
        cures: The codes of the findings that it cures on any machine.
        count: The number of machines.
        machines: At most `NAMED` of them.
    """

    title: str
    cures: tuple[str, ...]
    count: int
    machines: tuple[str, ...]


class ValueCount(Struct, frozen=True):
    """A value, such as a version of torch, and what was found on machines that have it.

    Attributes:
        dimension: One of `rows.DIMENSIONS`.
        value: The value.
        count: The number of machines that have it.
        failed: The number of those with errors.
        findings: Codes of findings that these machines have at least twice as often as the others,
            with the share of these machines and of the others that has them.
    """

    dimension: str
    value: str
    count: int
    failed: int
    findings: tuple[tuple[str, float, float], ...]


class Outlier(Struct, frozen=True):
    """What few machines have.

    Attributes:
        what: The value, or the findings that no other machine has together.
        machines: Some of the machines, by name.
        count: The number of machines.
    """

    what: str
    machines: tuple[str, ...]
    count: int


class FleetSums(Struct, frozen=True):
    """All that the report says about a fleet, apart from the rows themselves.

    Attributes:
        machines: The number of machines.
        verdicts: Machines by verdict: `fail`, `warn`, `pass`.
        sources: Machines by kind of file.
        findings: The failed checks, those on most machines first.
        remedies: The remedies, those that help most machines first.
        values: Values of machines, by dimension, the most frequent first.
        outliers: What few machines have.
        unread: Files that could not be read, at most 200.
        unread_count: The number of such files.
    """

    machines: int
    verdicts: dict[str, int]
    sources: dict[str, int]
    findings: tuple[FindingCount, ...]
    remedies: tuple[RemedyCount, ...]
    values: tuple[ValueCount, ...]
    outliers: tuple[Outlier, ...]
    unread: tuple[UnreadFile, ...]
    unread_count: int
