"""The table as text and as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from survival.contestants import Contestant
from survival.schedules import Schedule
from survival.table import (
    COLUMNS,
    KINDS,
    WHY_NOT_IN_A_KIND,
    Column,
    Result,
    kind_losses,
    losses,
    share,
)

NOT_INSTALLED = "not installed"


def number(value: float | None, unit: str) -> str:
    """Write a number; only what is all of it counts as 100 %."""
    if value is None:
        return "-"
    if unit == "%":
        shown = f"{value:.1f}"
        return "99.9" if shown == "100.0" and value < 100 else shown.replace("100.0", "100")  # noqa: PLR2004
    return f"{value:.2f}" if unit == "s" else f"{value:.0f}"


def _heading(column: Column) -> str:
    return f"{column.title} [{column.unit}]" if column.unit else column.title


def main_rows(results: Sequence[Result]) -> list[list[str]]:
    """Return the heading and one row for each contestant."""
    rows = [["", *map(_heading, COLUMNS)]]
    for contestant, outcomes in results:
        if not outcomes:
            rows.append([contestant.name, NOT_INSTALLED, *[""] * (len(COLUMNS) - 1)])
            continue
        values = [number(column.value(outcomes), column.unit) for column in COLUMNS]
        rows.append([contestant.name, *values])
    return rows


def kind_rows(results: Sequence[Result], attribute: str) -> list[list[str]]:
    """Return, for each kind of schedule, the percentage of every contestant's good outcomes.

    Args:
        results: The trials.
        attribute: Which of `Outcome` is counted.
    """
    with_outcomes = [result for result in results if result.outcomes]
    rows = [["", "schedules", *[result.contestant.name for result in with_outcomes]]]
    for name, belongs in KINDS.items():
        row = []
        count = 0
        for _, outcomes in with_outcomes:
            of_kind = [one for one in outcomes if belongs(one.schedule)]
            count = len(of_kind)
            row.append(number(share(of_kind, lambda one: bool(getattr(one, attribute))), "%"))
        rows.append([name, str(count), *row])
    return rows


def loss_lines(results: Sequence[Result]) -> list[str]:
    """Say which columns `winasr_doctor.guard` does not win, and why."""
    lines = []
    for loss in losses(results):
        unit = loss.column.unit
        lines.append(
            f"{loss.column.title}: {number(loss.best, unit)} {unit} against our "
            f"{number(loss.ours, unit)} {unit}, by {', '.join(loss.by)}"
            + (f": {loss.column.why_not}." if loss.column.why_not else ".")
        )
    lines = lines or ["Ours wins every column, or shares the first place."]
    kinds = [
        f"{each.kind} ({number(each.best, '%')} % by {', '.join(each.by)}, "
        f"ours {number(each.ours, '%')} %)"
        for each in kind_losses(results)
    ]
    if kinds:
        lines.append(f"gone at once, by kind: {'; '.join(kinds)}: {WHY_NOT_IN_A_KIND}.")
    return lines


def contestant_lines(contestants: Sequence[Contestant]) -> list[str]:
    """Say whose code each row is, in which version, and how it is used."""
    return [
        f"{one.name}: {one.package} {one.version or f'({NOT_INSTALLED})'}, {one.how}"
        for one in contestants
    ]


def schedule_line(schedules: Sequence[Schedule]) -> str:
    """Say how many schedules there are of which length."""
    lengths = Counter(schedule.length.value for schedule in schedules)
    fails = sum(schedule.fails for schedule in schedules)
    parts = ", ".join(f"{count} {name}" for name, count in sorted(lengths.items()))
    return f"{len(schedules)} schedules ({parts}); {fails} loads fail with a real error"


def as_text(rows: Sequence[Sequence[str]], *, narrow: bool = False) -> str:
    """Return a table with aligned columns.

    Args:
        rows: The heading first.
        narrow: Whether columns are numbered, and their titles listed below.
    """
    shown = [list(row) for row in rows]
    legend = []
    if narrow:
        for index in range(2, len(shown[0])):
            legend.append(f"  ({index - 1}) {shown[0][index]}")
            shown[0][index] = f"({index - 1})"
    widths = [max(len(row[index]) for row in shown) for index in range(len(shown[0]))]
    lines = [
        "  ".join(
            cell.rjust(width) if index else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in shown
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:], *legend])


def as_markdown(rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    marks = ["---"] + ["---:"] * (len(rows[0]) - 1)
    return "\n".join(f"| {' | '.join(row)} |" for row in [rows[0], marks, *rows[1:]])
