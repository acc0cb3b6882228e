"""Shows a fleet report as one self-contained HTML page with plots.

The plots are SVG in the page itself. Its content security policy forbids scripts and all outside
resources, so that the page can be mailed.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from jinja2 import Template

from winasr_doctor.fleet.comparison import FleetChanges
from winasr_doctor.fleet.rows import DIMENSIONS
from winasr_doctor.fleet.showing import head, machines, percent
from winasr_doctor.fleet.sums import FleetSums, ValueCount
from winasr_doctor.report.html import page_style, page_template

TEMPLATE = "fleet.html.jinja"

_MOST_VALUES = 12
"""Maximum number of values to plot for a dimension."""

_MOST_LINES = 20
"""Maximum number of outliers, and of files that could not be read."""

_MOST_NAMES = 3
"""Maximum number of machines to name beside a count."""


@lru_cache(maxsize=1)
def _template() -> Template:
    return page_template("winasr_doctor.fleet", TEMPLATE)


def render(sums: FleetSums, changes: FleetChanges | None) -> str:
    """Write a fleet report as HTML.

    Args:
        sums: The sums.
        changes: What changed since `--before`, if it was given.
    """
    context: dict[str, Any] = {
        "sums": sums,
        "changes": changes,
        "style": page_style(),
        "head": head(sums),
        "dimensions": _by_dimension(sums),
        "sections": list(_sections(sums, changes)),
        "machines": machines,
        "number": "{:,}".format,
        "percent": percent,
        "most_values": _MOST_VALUES,
        "most_lines": _MOST_LINES,
        "most_names": _MOST_NAMES,
        "width": lambda count: round(100 * count / max(sums.machines, 1), 2),
    }
    return _template().render(context)


def _by_dimension(sums: FleetSums) -> list[tuple[str, list[ValueCount]]]:
    """Return each dimension that is known with its values, the most frequent first."""
    found = [
        (name, [each for each in sums.values if each.dimension == name]) for name in DIMENSIONS
    ]
    return [(name, values) for name, values in found if values]


def _sections(sums: FleetSums, changes: FleetChanges | None) -> Iterator[tuple[str, str]]:
    """Yield the id and the name of each section that the page has."""
    if sums.remedies:
        yield "plan", "What to do"
    if sums.findings:
        yield "findings", f"Findings ({len(sums.findings)})"
    if changes is not None:
        yield "changes", "Changes"
    if sums.values:
        yield "versions", "Versions"
    if sums.outliers:
        yield "outliers", "Outliers"
    if sums.unread_count:
        yield "unread", "Not read"
