"""Turns rich's panels of an exception group into the form in which CPython prints a group.

Source: rich 14 and newer, traceback.py (`Sub-exception #1`); CPython, Lib/traceback.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from winasr_doctor._util.lazy_patterns import lazy_pattern

_TOP = lazy_pattern(r"[╭┌+][─-]+ Sub-exception #\d{1,6} [─-]+[╮┐+]$")
_BOTTOM = lazy_pattern(r"[╰└+][─-]{8,}[╯┘+]$")
_EDGES = ("│", "┃", "|")
_RULE = "    +---------------- member ----------------"
_MARGIN = "    | "
_TITLE = "Sub-exception #"
_DEEPEST = 10


def without_panels(lines: Sequence[str], depth: int = 0) -> Sequence[str]:
    """Return lines in which the members of a group have a margin instead of a panel.

    Args:
        lines: The lines of one report.
        depth: The number of panels around them.
    """
    if depth >= _DEEPEST or not any(_TITLE in line for line in lines):
        return lines
    flat: list[str] = []
    panel: list[str] | None = None
    for line in lines:
        if panel is None:
            if _TITLE in line and _TOP.match(line.strip()):
                panel = []
            else:
                flat.append(line)
        elif _BOTTOM.match(line.strip()):
            flat += _as_member(panel, depth)
            panel = None
        else:
            panel.append(_without_edges(line))
    return flat + _as_member(panel or [], depth)


def _without_edges(line: str) -> str:
    row = line.strip()
    if row.endswith(_EDGES):
        row = row[:-1].rstrip()
    return row[1:].removeprefix(" ") if row.startswith(_EDGES) else row


def _as_member(rows: Sequence[str], depth: int) -> list[str]:
    if not rows:
        return []
    return [_RULE, *(_MARGIN + row for row in without_panels(rows, depth + 1))]
