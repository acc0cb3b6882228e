"""Describes operations that Windows would have refused, and who holds the file."""

from __future__ import annotations

import os
import shlex
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from winasr_doctor.faults.sharing import openings
from winasr_doctor.faults.sharing.decisions import Situation
from winasr_doctor.faults.sharing.handles import Handle, HandleKind, command_of, flags_of
from winasr_doctor.faults.stacks import SourceLine, Stack, first_outside_library

_MOST_CALLERS = 8
"""Lines of a way through the code that are shown; of a longer one, the middle is left out."""
_MOST_HANDLES = 5
_MOST_OBJECTS = 3
_MOST_REFUSALS = 10
_LONGEST_COMMAND = 120


@dataclass(frozen=True, slots=True)
class Held:
    """A handle that blocked an operation, with what is known about it.

    Attributes:
        handle: The handle.
        opened: The lines that opened it, innermost first, those of Python itself left out: one way
            through the code, or none if that is not known.
        objects: Descriptions of the Python objects of this process that hold it.
        how: What opened it if not `open`, or why that is not known; a clause.
        command: The command line of the process, if it is a child.
    """

    handle: Handle
    opened: tuple[Stack, ...] = ()
    objects: tuple[str, ...] = ()
    how: str = ""
    command: str = ""

    def __str__(self) -> str:
        command = f" ({_shortened(self.command)})" if self.command else ""
        lines = [f"held by {self.handle}{command}: {self.handle.path}"]
        lines += [f"  object: {description}" for description in self.objects[:_MOST_OBJECTS]]
        if len(self.objects) > _MOST_OBJECTS:
            lines.append(f"  and {len(self.objects) - _MOST_OBJECTS} more objects")
        for first, *callers in self.opened:
            lines += [f"  {self.how or 'opened'} at {first}", *_way(callers)]
        if self.how and not self.opened:
            lines.append(f"  {self.how}")
        return "\n".join(lines)


def _way(callers: list[SourceLine]) -> list[str]:
    shown = [f"    called at {line}" for line in callers]
    left_out = len(shown) - _MOST_CALLERS
    if left_out <= 1:
        return shown
    half = _MOST_CALLERS // 2
    return [*shown[:half], f"    ... {left_out} more lines ...", *shown[-half:]]


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_COMMAND else f"{text[:_LONGEST_COMMAND]}..."


@dataclass(frozen=True, slots=True)
class Refusal:
    """An operation that Windows would have refused.

    Attributes:
        operation: The operation.
        path: The path it was called with.
        path2: The target of a rename.
        code: The error code that Windows returns.
        situation: What blocked it.
        held: The handles that held it.
        stack: The lines that called it, innermost first.
    """

    operation: str
    path: str
    path2: str | None
    code: int
    situation: Situation
    held: tuple[Held, ...]
    stack: Stack

    @property
    def holders(self) -> tuple[str, ...]:
        """The holders as texts, of many only the first ones."""
        texts = [str(one) for one in self.held[:_MOST_HANDLES]]
        more = len(self.held) - len(texts)
        return (*texts, *([f"and {more} more handles"] if more else []))

    @property
    def head(self) -> str:
        """What was refused, and where."""
        where = first_outside_library(self.stack)
        target = "" if self.path2 is None else f" -> {self.path2!r}"
        why = f"WinError {self.code} because {self.situation.value}"
        what = f"{self.operation} {self.path!r}{target}: {why}"
        return what if where is None else f"{what}\n  tried at {where}"

    @property
    def tail(self) -> str:
        """Who holds it, as lines that follow the head."""
        return "".join("\n  " + one.replace("\n", "\n  ") for one in self.holders)

    def __str__(self) -> str:
        return self.head + self.tail


_Key = tuple[str, tuple["Held | Handle", ...]]


def _known_as(one: Held) -> Held | Handle:
    """Return what tells a holder from others; a child that has just started has no command yet."""
    return one if one.handle.pid == os.getpid() else one.handle


def told_once(refusals: Iterable[Refusal]) -> str:
    """Return all refusals as one text, each shown once and the number bounded.

    Args:
        refusals: The refusals, in order.
    """
    latest: dict[_Key, Refusal] = {}
    often: Counter[_Key] = Counter()
    for refusal in refusals:
        key = refusal.head, tuple(map(_known_as, refusal.held))
        often[key] += 1
        latest[key] = refusal
    told: set[tuple[str, ...]] = set()
    texts = []
    for key, refusal in list(latest.items())[:_MOST_REFUSALS]:
        again = bool(refusal.held) and refusal.holders in told
        told.add(refusal.holders)
        texts.append(refusal.head + ("\n  held as above" if again else refusal.tail))
        texts += [f"  refused {often[key]:,} times"] if often[key] > 1 else []
    more = len(often) - _MOST_REFUSALS
    return "\n".join([*texts, *([f"and {more:,} more"] if more > 0 else [])])


def holding_now(handles: tuple[Handle, ...]) -> tuple[Handle, ...]:
    """Leave out what holds a file only on Linux, because something else holds it.

    Args:
        handles: The handles that were found.
    """
    mine = [one for one in handles if one.pid == os.getpid() and one.descriptor is not None]
    closed = {
        one
        for one in mine
        if len(handles) > 1 and openings.is_of_closed_connection(one.descriptor or 0, one.path)
    }
    return tuple(one for one in handles if one not in closed) or handles


def held(handle: Handle, objects: tuple[str, ...]) -> Held:
    """Collect what is known about a handle.

    Args:
        handle: The handle.
        objects: Descriptions of the objects that hold it.
    """
    if handle.pid != os.getpid():
        return _held_by_child(handle)
    if handle.kind is HandleKind.CURRENT_DIRECTORY:
        opening = openings.change_of_directory()
    elif handle.descriptor is None:
        return Held(handle, objects=objects)
    else:
        flags = flags_of(handle.pid, handle.descriptor)
        opening = openings.opening_of(handle.descriptor, handle.path, flags)
        if opening is None:
            return Held(handle, objects=objects, how=_UNSEEN)
    if opening is None:
        return Held(handle, objects=objects)
    if opening.by == "before":
        return Held(handle, objects=objects, how="opened before the rules were in force")
    how = {"": "", "os.chdir": "entered"}.get(opening.by, f"opened by {opening.by}")
    return Held(handle, _outside_library(opening.stack), objects, how)


_UNSEEN = "opened by C code, or duplicated from another descriptor; Python did not see it"


def _held_by_child(handle: Handle) -> Held:
    command = command_of(handle.pid)
    stack = openings.lines_that_started(tuple(shlex.split(command)))
    return Held(handle, _outside_library(stack), how="started", command=command)


def _outside_library(stack: Stack) -> tuple[Stack, ...]:
    outside = tuple(line for line in stack if not line.in_standard_library)
    return (outside or stack,) if stack else ()
