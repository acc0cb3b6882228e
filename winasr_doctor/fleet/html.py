"""Shows a fleet report as one self-contained HTML page with plots.

The plots are SVG in the page itself. Its content security policy forbids scripts and all outside
resources, so that the page can be mailed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jinja2 import Template

from winasr_doctor.fleet.comparison import FleetChanges
from winasr_doctor.fleet.rows import DIMENSIONS
from winasr_doctor.fleet.showing import head, machines, named, percent
from winasr_doctor.fleet.sums import FleetSums, ValueCount
from winasr_doctor.report.html import page_style, page_template

TEMPLATE = "fleet.html.jinja"

_MOST_VALUES = 12
"""Maximum number of values to plot for a dimension."""


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
        "machines": machines,
        "named": named,
        "percent": percent,
        "width": lambda count: round(100 * count / max(sums.machines, 1), 2),
    }
    return _template().render(context)


def _by_dimension(sums: FleetSums) -> list[tuple[str, list[ValueCount], int]]:
    """Return each dimension with its most frequent values and the number of the others."""
    found = []
    for dimension in DIMENSIONS:
        values = [each for each in sums.values if each.dimension == dimension]
        if values:
            left_out = len(values) - _MOST_VALUES
            found.append((dimension, values[:_MOST_VALUES], max(left_out, 0)))
    return found
