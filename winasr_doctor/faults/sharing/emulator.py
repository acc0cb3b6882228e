"""`windows_sharing`: on Linux, deleting and renaming fail as on Windows while files are open."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from winasr_doctor.faults.errors import runtime_error, windows_error
from winasr_doctor.faults.operations import FileName, asking
from winasr_doctor.faults.sharing.decisions import OPERATIONS, Obstacle, Situation, obstacle
from winasr_doctor.faults.sharing.handles import Handle, available
from winasr_doctor.faults.sharing.openings import lines_that_opened, listening
from winasr_doctor.faults.stacks import SourceLine, calling_lines, first_outside_library


@dataclass(frozen=True, slots=True)
class Held:
    """One handle that was in the way, and what is known about it.

    Attributes:
        handle: The handle.
        opened: The openings that it may come from, newest first: of each the innermost lines
            that do not belong to Python itself.
        objects: The Python objects of this process that hold it, described.
    """

    handle: Handle
    opened: tuple[tuple[SourceLine, ...], ...]
    objects: tuple[str, ...]

    def __str__(self) -> str:
        lines = [f"held by {self.handle}: {self.handle.path}"]
        lines += [f"  object: {description}" for description in self.objects]
        for first, *callers in self.opened:
            lines += [f"  opened at {first}", *(f"    called at {line}" for line in callers)]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One operation that Windows would have refused.

    Attributes:
        operation: What was tried.
        path: What it was about.
        path2: The target of a rename.
        code: What Windows answers.
        situation: What was in the way.
        held: Who held it.
        stack: The lines that tried it, innermost first.
    """

    operation: str
    path: str
    path2: str | None
    code: int
    situation: Situation
    held: tuple[Held, ...]
    stack: tuple[SourceLine, ...]

    def __str__(self) -> str:
        where = first_outside_library(self.stack)
        head = f"{self.operation} {self.path!r}: WinError {self.code}, {self.situation.value}"
        lines = [head, *([] if where is None else [f"  tried at {where}"])]
        return "\n".join((*lines, *("  " + str(one).replace("\n", "\n  ") for one in self.held)))


_OPENINGS = frozenset({"write", "truncate"})


class SharingEmulator:
    """Windows' rules in force.

    Attributes:
        refusals: What was refused so far, in order.
        operations: The operations that it decides about.
    """

    operations = OPERATIONS | {"open"}

    def __init__(self) -> None:
        """Get ready; nothing is refused yet."""
        self.refusals: list[Refusal] = []
        self._sharing: set[tuple[int, str]] = set()
        self._deciding = threading.local()
        self._objects: dict[tuple[Handle, ...], dict[str, tuple[str, ...]]] = {}

    def share_delete(self, file: IO[Any] | int) -> None:
        """Treat an open file as opened with FILE_SHARE_DELETE, which Python's `open` never does.

        Args:
            file: A file object or a descriptor.
        """
        descriptor = file if isinstance(file, int) else file.fileno()
        self._sharing.add((descriptor, os.readlink(f"/proc/self/fd/{descriptor}")))

    def _shares_delete(self, handle: Handle) -> bool:
        if handle.shares_delete:
            return True
        return handle.pid == os.getpid() and (handle.descriptor, handle.path) in self._sharing

    def refuse(self, operation: str, path: FileName, path2: FileName | None) -> OSError | None:
        """Return the error of Windows, if it has one; see `operations.Interceptor`."""
        if operation not in OPERATIONS or getattr(self._deciding, "now", False):
            return None  # looking for the holders is not what is being tested
        self._deciding.now = True
        try:
            name = os.fsdecode(path)
            name2 = None if path2 is None else os.fsdecode(path2)
            found = obstacle(operation, name, name2, self._shares_delete)
            if found is None:
                return None
            refusal = self._refusal(operation, name, name2, found)
        finally:
            self._deciding.now = False
        self.refusals.append(refusal)
        if operation in _OPENINGS:
            error = runtime_error(refusal.code, path)
        else:
            error = windows_error(refusal.code, path, path2)
        # As `add_note` of Python 3.11 does.
        error.__notes__ = [f"{refusal.situation.value}", *map(str, refusal.held)]  # type: ignore[attr-defined]
        return error

    def _refusal(self, operation: str, path: str, path2: str | None, found: Obstacle) -> Refusal:
        objects = self._objects_behind(found.handles)
        held = tuple(
            Held(handle, _opened(handle), objects.get(handle.path, ())) for handle in found.handles
        )
        code, situation = found.decision.code, found.decision.situation
        return Refusal(operation, path, path2, code, situation, held, calling_lines())

    def _objects_behind(self, handles: tuple[Handle, ...]) -> dict[str, tuple[str, ...]]:
        """Describe the objects behind our own handles, once: it takes a walk over all objects."""
        if handles not in self._objects:
            mine = sorted({handle.path for handle in handles if handle.pid == os.getpid()})
            self._objects[handles] = {path: _describe_objects(path) for path in mine}
        return self._objects[handles]


def _describe_objects(path: str) -> tuple[str, ...]:
    from winasr_doctor.locks.holders import objects_holding

    return tuple(str(found.description) for found in objects_holding([path]))


_LINES_OF_AN_OPENING = 4


def _opened(handle: Handle) -> tuple[tuple[SourceLine, ...], ...]:
    if handle.pid != os.getpid() or handle.descriptor is None:
        return ()
    openings = []
    for stack in lines_that_opened(handle.path):
        outside = tuple(line for line in stack if not line.in_standard_library)
        openings.append((outside or stack)[:_LINES_OF_AN_OPENING])
    return tuple(openings)


@contextmanager
def windows_sharing() -> Iterator[SharingEmulator]:
    """Let deleting and renaming fail as on Windows, in every thread, until the block ends.

    What counts is what this process and its children really have open. On Windows itself
    nothing is emulated.

    Yields:
        What was refused so far.

    Raises:
        RuntimeError: The system has no `/proc` to ask.
    """
    emulator = SharingEmulator()
    if os.name == "nt":
        yield emulator
        return
    if not available():
        raise RuntimeError("Windows sharing semantics need Linux's /proc, or Windows")
    with listening(), asking(emulator):
        yield emulator
