"""Finds how this process itself holds a path, and through which Python objects."""

from __future__ import annotations

import os
from collections.abc import Iterable

from winasr_doctor.locks.holders.evidence import Evidence, Hold, UndeterminedError
from winasr_doctor.locks.holders.objects import HeldObject, objects_holding
from winasr_doctor.locks.holders.system import own_holds
from winasr_doctor.locks.holders.target import HeldPath

_SECONDS_FOR_OBJECTS = 0.5
"""Seconds for one pass over all objects; a process that has loaded NeMo has about a million."""

_EXPLAINED_BY = {"open file": ("file", "mmap"), "memory map": ("mmap",)}
"""Which kinds of object may cause a hold; no object causes a current directory."""


def this_process(target: HeldPath, evidence: Evidence) -> None:
    """Ask this process: its open files, directories and memory maps, then its objects.

    Args:
        target: The path in question.
        evidence: Collects the results.
    """
    holds: list[Hold] = []
    try:
        for hold in own_holds(target):
            holds.append(hold)  # noqa: PERF402 - keeps what came before an error
    except UndeterminedError as reason:
        evidence.cannot_tell(str(reason))
    seconds = min(_SECONDS_FOR_OBJECTS, evidence.seconds_left / 2)
    held = objects_holding([target.asked], seconds=seconds) if target.exists else []
    held = _outermost(held)
    places = {id(each): HeldPath.of(each.target) for each in held}
    explained: set[int] = set()
    for hold in dict.fromkeys(holds):
        there = [each for each in held if places[id(each)].covers(hold.path)]
        # A memory map has a descriptor of its own on Linux, so it comes second for an open file.
        for kind in _EXPLAINED_BY.get(hold.what, ()):
            if objects := [each for each in there if _base_kind(each) == kind]:
                break
        else:
            objects = []
        explained |= {id(each) for each in objects}
        for each in objects:
            evidence.found(os.getpid(), *hold, via=each.description)
        if not objects:
            evidence.found(os.getpid(), *hold)
    for each in held:  # what the system did not report
        if id(each) not in explained:
            what = "memory map" if _base_kind(each) == "mmap" else "open file"
            evidence.found(os.getpid(), each.target, what, "Python's objects", via=each.description)


def _outermost(held: Iterable[HeldObject]) -> list[HeldObject]:
    """Leave out files that one of the generators keeps open: the generator is what to close."""
    held = list(held)
    owned = {id(each.holds) for each in held if each.kind == "generator"}
    return [each for each in held if id(each.value) not in owned]


def _base_kind(held: HeldObject) -> str:
    if held.kind != "generator":
        return held.kind
    return "file" if hasattr(held.holds, "fileno") else "mmap"
