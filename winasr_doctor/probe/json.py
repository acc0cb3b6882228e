"""Describes the result of a probe as a JSON document."""

from __future__ import annotations

from statistics import median
from typing import Literal

import msgspec

from winasr_doctor.probe.report import ProbeReport, advice
from winasr_doctor.probe.result import FolderResult


class QuantilesPart(msgspec.Struct, frozen=True):
    """Seconds within which files could be deleted."""

    median: float
    p95: float
    worst: float


class ProbedFolderPart(msgspec.Struct, frozen=True):
    """The measurements in one folder; the figures are `null` if no round was completed."""

    folder: str
    is_temp: bool
    rounds: int
    problem: str | None
    """Why it was not measured, or not completely."""
    against: tuple[str, ...]
    """Reasons not to use it, however fast it is."""
    undeletable_seconds: QuantilesPart
    longest_wait_by_round: tuple[float, ...]
    """Seconds."""
    deletions: int
    retried: int
    left: int
    """Paths that could not be deleted at all."""
    codes: dict[str, int]
    """How many deletions failed at first, by error."""
    holders: tuple[str, ...]
    unpack_seconds: float | None
    delete_seconds: float | None
    mib_per_second: float | None


class ProbeDocument(msgspec.Struct, frozen=True):
    """What `probe --format json` prints."""

    schema: Literal["winasr-doctor/probe/1"]
    bytes_per_round: int
    advice: Literal["keep", "move", "faster", "noise", "nothing"]
    use: str | None
    """The folder to use."""
    sentence: str
    """The advice in words."""
    folders: tuple[ProbedFolderPart, ...]
    """The best first; those that could not be measured last."""


def document(report: ProbeReport) -> ProbeDocument:
    """Return the result of a probe as a JSON document."""
    conclusion = report.conclusion
    return ProbeDocument(
        schema="winasr-doctor/probe/1",
        bytes_per_round=report.size,
        advice=conclusion.advice.value,
        use=None if conclusion.use is None else conclusion.use.folder,
        sentence=advice(conclusion),
        folders=tuple(map(_folder, (*conclusion.ranking, *report.unmeasured))),
    )


def _folder(result: FolderResult) -> ProbedFolderPart:
    unpacking = [each.unpack_seconds for each in result.rounds]
    deleting = [each.delete_seconds for each in result.rounds]
    half, most, worst = (result.undeletable(fraction) for fraction in (0.5, 0.95, 1.0))
    return ProbedFolderPart(
        folder=result.folder,
        is_temp=result.is_temp,
        rounds=len(result.rounds),
        problem=result.problem or None,
        against=result.against,
        undeletable_seconds=QuantilesPart(median=half, p95=most, worst=worst),
        longest_wait_by_round=tuple(result.waits),
        deletions=result.deletions,
        retried=result.retried,
        left=result.left,
        codes=dict(result.codes),
        holders=result.holders,
        unpack_seconds=median(unpacking) if unpacking else None,
        delete_seconds=median(deleting) if deleting else None,
        mib_per_second=result.throughput,
    )
