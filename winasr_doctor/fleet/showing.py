"""Shows a fleet report to people, as blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from winasr_doctor._util.blocks import Block, Gap, Paragraph, heading
from winasr_doctor.fleet.comparison import FleetChanges
from winasr_doctor.fleet.sums import FindingCount, FleetSums, Outlier, ValueCount

_MOST_NAMES = 5
_MOST_LINES = 12


def show(sums: FleetSums, changes: FleetChanges | None) -> Iterator[Block]:
    """Yield what `fleet report` prints.

    Args:
        sums: The sums.
        changes: What changed since `--before`, if it was given.
    """
    yield Paragraph(head(sums), bold=True)
    if sums.remedies:
        yield from heading("What to do, by the number of machines that it helps")
        for remedy in sums.remedies[:_MOST_LINES]:
            cures = ", ".join(remedy.cures)
            yield Paragraph(f"{remedy.title} ({cures})", lead=f"{remedy.count:>6,}  ")
        yield from _more(sums.remedies)
    if sums.findings:
        yield from heading("Findings")
        for found in sums.findings[:_MOST_LINES]:
            yield from _finding(found)
        yield from _more(sums.findings)
    yield from _changes(changes)
    yield from _values(sums.values)
    yield from _outliers(sums.outliers)
    yield from _unread(sums)


def head(sums: FleetSums) -> str:
    """Return the verdict about the fleet as a sentence."""
    if not sums.machines:
        return "No machine could be read."
    failed, warned, passed = (sums.verdicts[name] for name in ("fail", "warn", "pass"))
    return (
        f"{machines(sums.machines)}: {failed:,} with errors, {warned:,} with warnings only,"
        f" {passed:,} without either."
    )


def machines(count: int) -> str:
    """Return `1 machine` or `12 machines`."""
    return "1 machine" if count == 1 else f"{count:,} machines"


def named(names: Sequence[str], count: int) -> str:
    """Return some machines' names and how many more there are."""
    shown = names[:_MOST_NAMES]
    more = count - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")


def percent(share: float) -> str:
    """Return a share as `12 %`, or `<1 %`."""
    words = f"{share:.0%}" if not share or round(share, 2) else "<1%"
    return words.replace("%", " %")


def _finding(found: FindingCount) -> Iterator[Block]:
    title = f" {found.title}" if found.title else ""
    yield Paragraph(
        f"{found.code} on {machines(found.count)}:{title} ({named(found.machines, found.count)})",
        lead=f"{found.level:>8} ",
        level=found.level,
    )


def _more(all_: Sequence[object]) -> Iterator[Block]:
    if len(all_) > _MOST_LINES:
        yield Paragraph(f"{len(all_) - _MOST_LINES} more: see --format html or json.", indent=8)


def _changes(changes: FleetChanges | None) -> Iterator[Block]:
    if changes is None:
        return
    yield from heading("Since the earlier collection")
    for each in changes.findings:
        if each.new or each.gone:
            on = f" ({named(each.new_on, each.new)})" if each.new else ""
            yield Paragraph(
                f"{each.code}: new on {each.new:,}{on}, gone from {each.gone:,},"
                f" still on {each.still:,}",
                indent=2,
            )
    if not any(each.new or each.gone for each in changes.findings):
        yield Paragraph("No finding came or went.", indent=2)
    for words, (count, names) in (
        ("not there before", changes.added),
        ("missing now", changes.missing),
    ):
        if count:
            yield Paragraph(f"{machines(count)} {words}: {named(names, count)}", indent=2)


def _values(values: Iterable[ValueCount]) -> Iterator[Block]:
    telling = [each for each in values if each.findings]
    if not telling:
        return
    yield from heading("Findings that go with a version")
    for each in telling[:_MOST_LINES]:
        told = ", ".join(
            f"{code} on {percent(here)} of them and {percent(others)} of the others"
            for code, here, others in each.findings[:3]
        )
        yield Paragraph(
            f"{each.dimension} {each.value} ({machines(each.count)}): {told}", indent=2, hang=4
        )
    yield from _more(telling)


def _outliers(outliers: Sequence[Outlier]) -> Iterator[Block]:
    if not outliers:
        return
    yield from heading("Outliers")
    for each in outliers[:_MOST_LINES]:
        yield Paragraph(f"{each.what}: {named(each.machines, each.count)}", indent=2, hang=4)
    yield from _more(outliers)


def _unread(sums: FleetSums) -> Iterator[Block]:
    if not sums.unread_count:
        return
    yield from heading("Not read")
    for each in sums.unread[:_MOST_LINES]:
        yield Paragraph(f"{each.name}: {each.reason}", indent=2, hang=4)
    if sums.unread_count > _MOST_LINES:
        more = sums.unread_count - _MOST_LINES
        yield Paragraph(f"{more:,} more: see --format json.", indent=2)
    yield Gap()
