"""Reverses logs that show the newest line first, as in Kibana and Grafana."""

from __future__ import annotations

from collections.abc import Sequence

from winasr_doctor.diagnosis.reading.patterns import FRAME, HEAD

_NEAR = 2


def in_order(lines: Sequence[str]) -> Sequence[str]:
    """Return the lines oldest first.

    Args:
        lines: The lines of one report. Frames above their heading show that it is reversed.
    """
    forwards = backwards = 0
    for number, line in enumerate(lines):
        if "raceback" not in line or HEAD.search(line) is None:
            continue
        below = any(map(_is_frame, lines[number + 1 : number + 1 + _NEAR]))
        above = any(map(_is_frame, lines[max(0, number - _NEAR) : number]))
        forwards += below
        backwards += above and not below
    return lines[::-1] if backwards > forwards else lines


def _is_frame(line: str) -> bool:
    return "ile " in line and FRAME.search(line) is not None
