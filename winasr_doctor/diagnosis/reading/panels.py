"""Turns rich's panels of an exception group into the form in which CPython prints a group.

Source: rich 14 and newer, traceback.py (`Sub-exception #1`); CPython, Lib/traceback.py.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_TOP = re.compile(r"\s*[╭┌+][─-]+ Sub-exception #\d{1,6} [─-]+[╮┐+]\s*$")
_BOTTOM = re.compile(r"\s*[╰└+][─-]{8,}[╯┘+]\s*$")
_EDGES = re.compile(r"^\s*[│┃|] ?|\s*[│┃|]\s*$")
_RULE = "    +---------------- member ----------------"
_MARGIN = "    | "
_TITLE = "Sub-exception #"


def without_panels(lines: Sequence[str]) -> Sequence[str]:
    """Return lines in which the members of a group stand behind a margin, without a panel.

    Args:
        lines: Of one report; a panel may lie inside another one.
    """
    if not any(_TITLE in line for line in lines):
        return lines
    flat: list[str] = []
    panel: list[str] | None = None
    for line in lines:
        if panel is None:
            if _TOP.match(line):
                panel = []
            else:
                flat.append(line)
        elif _BOTTOM.match(line):
            flat += _as_member(panel)
            panel = None
        else:
            panel.append(_EDGES.sub("", line))
    return flat + _as_member(panel or [])


def _as_member(rows: Sequence[str]) -> list[str]:
    return [_RULE, *(_MARGIN + row for row in without_panels(rows))] if rows else []
