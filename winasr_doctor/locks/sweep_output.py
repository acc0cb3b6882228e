"""Shows the result of `sweep`: as blocks for people, as a document for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from winasr_doctor._util.blocks import Block, Command, Gap, Paragraph
from winasr_doctor.locks.sweeping import Kept, SweepReport


class KeptPart(msgspec.Struct, frozen=True):
    """A path that is still there, and why."""

    path: str
    why: str


class SweepDocument(msgspec.Struct, frozen=True):
    """What `sweep --format json` prints."""

    schema: Literal["winasr-doctor/sweep/1"]
    removed: tuple[str, ...]
    kept: tuple[KeptPart, ...]
    set_aside: tuple[KeptPart, ...]
    """Files in the ledger that are not usable entries."""


def document(report: SweepReport) -> SweepDocument:
    """Return the result of a sweep as a JSON document."""
    return SweepDocument(
        schema="winasr-doctor/sweep/1",
        removed=report.removed,
        kept=tuple(_parts(report.kept)),
        set_aside=tuple(_parts(report.set_aside)),
    )


def _parts(paths: Iterable[Kept]) -> Iterator[KeptPart]:
    return (KeptPart(path=each.path, why=each.why) for each in paths)


def show(report: SweepReport, *, only_listed: bool = False) -> Iterator[Block]:
    """Yield what `sweep` prints.

    Args:
        report: What was done, or what is waiting.
        only_listed: Whether nothing was tried.
    """
    yield from (Command(f"Removed {path}") for path in report.removed)
    yield from _kept("Left behind" if only_listed else "Kept", report.kept)
    yield from _kept("Set aside", report.set_aside)
    if report == SweepReport():
        yield Paragraph("Nothing is left behind.")
    if report.kept:
        yield Gap()
        yield Paragraph(
            "To remove these: run `python -m winasr_doctor sweep`."
            if only_listed
            else "To see what has a path open: `python -m winasr_doctor who PATH`. Sweep again"
            " once that program has ended."
        )


def _kept(verb: str, paths: Iterable[Kept]) -> Iterator[Block]:
    for each in paths:
        yield Command(f"{verb} {each.path}")
        yield Paragraph(each.why, indent=2)
