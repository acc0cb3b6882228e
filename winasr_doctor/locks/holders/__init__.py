"""Finds out who has a path open: this process (and which object), its children, other programs.

Nothing here closes a file or ends a process, and nothing needs administrator rights.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from time import monotonic

from winasr_doctor._util.workers import DeadlineTask, TooLateError
from winasr_doctor.locks.holders.evidence import Evidence, Source, UndeterminedError
from winasr_doctor.locks.holders.model import Holder, Holding, Who
from winasr_doctor.locks.holders.objects import HeldObject, objects_holding
from winasr_doctor.locks.holders.own import this_process
from winasr_doctor.locks.holders.system import own_holds, sources
from winasr_doctor.locks.holders.target import HeldPath

__all__ = [
    "HeldObject",
    "Holder",
    "Holding",
    "Who",
    "held_by_ourselves",
    "holders_of",
    "objects_holding",
]


def holders_of(path: str | os.PathLike[str], *, timeout: float = 2.0) -> Holding:
    """Find out who has a file, a folder or anything below the folder open.

    This process is asked first, with the Python object that holds the path, then its children,
    then all others. It never raises because of the path or the system.

    Args:
        path: A file or folder. A missing one is reported as undetermined.
        timeout: Seconds that the search may take.

    Returns:
        All holders found in this time, and what could not be determined.
    """
    return _ask(path, (this_process, *sources()), timeout)


def held_by_ourselves(path: str | os.PathLike[str], *, maps: bool = True) -> bool | None:
    """Return whether this process has a path open, quickly: it does not search for the object.

    Args:
        path: A file or folder; what is open below a folder counts.
        maps: Whether memory maps without an open file count, too; looking for them takes most
            of the time.

    Returns:
        `None` if it could not be determined.
    """
    try:
        return next(iter(own_holds(HeldPath.of(path), maps=maps)), None) is not None
    except (UndeterminedError, OSError):
        return None


def _ask(path: str | os.PathLike[str], places: Sequence[Source], timeout: float) -> Holding:
    """Ask several places and wait for all of them, but not longer than the timeout."""
    started = monotonic()
    evidence = Evidence(timeout)
    asked, exists = os.fspath(path), True

    def look() -> HeldPath:
        return HeldPath.of(path)

    try:
        target = DeadlineTask(look, timeout, "winasr-holders").result()
    except TooLateError:
        evidence.cannot_tell(f"whether {asked} exists: its drive did not answer in time")
    except Exception as error:  # noqa: BLE001 - such as a relative path in a folder that is gone
        evidence.cannot_tell(f"whether {asked} exists: {type(error).__name__}")
    else:
        exists = target.exists
        if not exists:
            evidence.cannot_tell(f"{asked} does not exist")
        _ask_all(target, evidence, places)
    holders, undetermined = evidence.answer()
    return Holding(asked, holders, undetermined, monotonic() - started, exists)


def _ask_all(target: HeldPath, evidence: Evidence, places: Sequence[Source]) -> None:
    """Ask the first place alone, if it answers in half of the time, then the others at once.

    The first is this process. No other place may look at the same time: on Windows, asking about
    another process opens the path or copies a handle to it, and this process would seem to hold it.
    """

    def bound(place: Source) -> DeadlineTask[None]:
        return DeadlineTask(
            lambda: place(target, evidence), evidence.seconds_left, "winasr-holders"
        )

    tasks = []
    for place in places:
        tasks.append((place, task := bound(place)))
        if place is places[0]:
            task.finished_within(evidence.seconds_left / 2)
    for place, task in tasks:
        subject = "this process" if place is this_process else "other processes"
        try:
            task.result()
        except TooLateError:
            evidence.cannot_tell(f"some open files of {subject}: time ran out")
        except Exception as error:  # noqa: BLE001 - a place that fails must not hide the others
            evidence.cannot_tell(f"some open files of {subject}: {type(error).__name__}")
