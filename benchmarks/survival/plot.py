"""Survival against lock time, as a picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from survival.schedules import FOREVER
from survival.table import Result, share
from survival.trial import Outcome

BINS = 11
SHORTEST, LONGEST = 0.01, 30.0
PANELS = (
    ("right", "The caller gets the result, or the real error [%]"),
    ("gone_at_once", "Nothing is left when the call is over [%]"),
    ("gone_later", "Nothing is left in the end [%]"),
)
OUR_COLOURS = ("#5b7fd6", "#0b2a8f")
MARKERS = "sv^<>DPX*h"
COLOURS = (
    *("#8c564b", "#c49c94", "#7f7f7f", "#bcbd22", "#17becf"),
    *("#d62728", "#e377c2", "#2ca02c", "#ff7f0e", "#9467bd"),
)
_FEWEST = 3
"""Schedules that a point stands for, at least."""


def points(outcomes: Sequence[Outcome], attribute: str) -> list[tuple[float, float]]:
    """Return (lock time in seconds, percent of good outcomes), for locks that end.

    Args:
        outcomes: One contestant's.
        attribute: Which of `Outcome` is counted.
    """
    step = math.log(LONGEST / SHORTEST) / BINS
    bins: dict[int, list[Outcome]] = {}
    for one in outcomes:
        longest = one.schedule.longest
        if 0 < longest < FOREVER:
            place = int(math.log(max(longest, SHORTEST) / SHORTEST) / step)
            bins.setdefault(min(max(place, 0), BINS - 1), []).append(one)
    found = []
    for place, those in sorted(bins.items()):
        value = share(those, lambda one: bool(getattr(one, attribute)))
        if value is not None and len(those) >= _FEWEST:
            found.append((SHORTEST * math.exp((place + 0.5) * step), value))
    return found


def draw(results: Sequence[Result], file: Path) -> None:
    """Draw all contestants; needs matplotlib.

    Args:
        results: The trials.
        file: Where; its suffix says the format.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams["svg.hashsalt"] = "survival"  # the same picture has the same bytes
    figure = Figure(figsize=(8.5, 11), layout="constrained")
    axes = figure.subplots(len(PANELS), 1, sharex=True)
    for axis, (attribute, title) in zip(axes, PANELS, strict=True):
        ours, others = iter(OUR_COLOURS), iter(enumerate(COLOURS))
        for contestant, outcomes in results:
            line = points(outcomes, attribute)
            if not line:
                continue
            number, colour = (0, next(ours)) if contestant.ours else next(others)
            style: dict[str, Any] = {
                "linewidth": 3.0 if contestant.ours else 1.3,
                "marker": "o" if contestant.ours else MARKERS[number],
                "color": colour,
                "markersize": 6 if contestant.ours else 4,
                "zorder": 3 if contestant.ours else 2,
            }
            axis.plot(*zip(*line, strict=True), label=contestant.name, **style)
        axis.set_title(title, loc="left", fontsize=10)
        axis.set_xscale("log")
        axis.set_ylim(-4, 104)
        axis.grid(visible=True, alpha=0.3)
    axes[-1].set_xlabel("Time until the last lock ends, from the end of the load's work [s]")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, fontsize=8)
    figure.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None)
