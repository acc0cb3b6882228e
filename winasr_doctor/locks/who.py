"""Answers `who`: which other programs have a path open, and what to do about each kind of them."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from winasr_doctor.locks.holders import Holder, Holding, Who, holders_of
from winasr_doctor.windows.background_programs import FAMILIES


class HolderKind(Enum):
    """Kinds of holder that call for different next steps."""

    FOLDER = "a current directory"
    PYTHON = "a Python program"
    AVX = "an antivirus program"
    SYN = "a sync client"
    IDX = "Windows Search"
    OTHER = "another program"


@dataclass(frozen=True, slots=True)
class RunningProgram:
    """What the system says about a process.

    Attributes:
        command_line: Its arguments, the program first; empty if they cannot be read.
        started: When it started, in local time; `None` if that cannot be read.
    """

    command_line: tuple[str, ...] = ()
    started: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class KnownHolder:
    """A holder, its process, and which kind it is."""

    holder: Holder
    program: RunningProgram
    kind: HolderKind


@dataclass(frozen=True, slots=True)
class WhoAnswer:
    """Who else has one path open.

    Attributes:
        holding: The answer without this process.
        holders: Its holders, with their processes.
    """

    holding: Holding
    holders: tuple[KnownHolder, ...]


def who(paths: Sequence[str]) -> tuple[WhoAnswer, ...]:
    """Find out which other programs have paths open.

    This process is left out: it only asks.

    Args:
        paths: Files or folders; of a folder, everything open below it counts.
    """
    return tuple(map(_ask, paths))


def _ask(path: str) -> WhoAnswer:
    found = holders_of(path)
    others = tuple(each for each in found.holders if each.who is not Who.OURSELVES)
    programs = {pid: program_of(pid) for pid in {each.pid for each in others}}
    known = (KnownHolder(each, programs[each.pid], kind_of(each)) for each in others)
    return WhoAnswer(replace(found, holders=others), tuple(known))


def program_of(pid: int) -> RunningProgram:
    """Return what the system says about a process; each part only if it can be read.

    Args:
        pid: The process.
    """
    import psutil

    unreadable = (psutil.Error, OSError, ValueError, OverflowError)  # Wine: a bare OSError
    try:
        process = psutil.Process(pid)
        seconds = process.create_time()
        started = dt.datetime.fromtimestamp(seconds, dt.timezone.utc).astimezone()
    except unreadable:
        return RunningProgram()
    try:
        return RunningProgram(tuple(process.cmdline()), started)
    except unreadable:
        return RunningProgram(started=started)


def kind_of(holder: Holder) -> HolderKind:
    """Return which kind of holder this is.

    Args:
        holder: The holder.
    """
    name = (holder.process or "").lower()
    if name in FAMILIES:
        return HolderKind[FAMILIES[name]]
    if holder.what == "current directory":
        return HolderKind.FOLDER
    return HolderKind.PYTHON if name.startswith(("python", "pythonw", "py.")) else HolderKind.OTHER


def kinds(answers: Sequence[WhoAnswer]) -> Iterator[HolderKind]:
    """Yield each kind of holder that was found, once."""
    found = {each.kind for answer in answers for each in answer.holders}
    yield from (kind for kind in HolderKind if kind in found)


def is_below(holder: Holder, asked: str) -> bool:
    """Return whether a holder has something else open than the path itself."""
    return holder.path != os.path.abspath(asked)
