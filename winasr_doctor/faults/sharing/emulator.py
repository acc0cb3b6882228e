"""`windows_sharing`: on Linux, make deleting and renaming open files fail as on Windows."""

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
from winasr_doctor.locks.holders import objects_holding


@dataclass(frozen=True, slots=True)
class Held:
    """A handle that blocked an operation, with what is known about it.

    Attributes:
        handle: The handle.
        opened: The openings that it may come from, newest first; for each, the innermost lines
            outside Python itself.
        objects: Descriptions of the Python objects of this process that hold it.
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
    stack: tuple[SourceLine, ...]

    def __str__(self) -> str:
        where = first_outside_library(self.stack)
        head = f"{self.operation} {self.path!r}: WinError {self.code}, {self.situation.value}"
        lines = [head, *([] if where is None else [f"  tried at {where}"])]
        return "\n".join((*lines, *("  " + str(one).replace("\n", "\n  ") for one in self.held)))


_OPENINGS = frozenset({"write", "truncate"})


class SharingEmulator:
    """The Windows sharing rules while they are in force.

    Attributes:
        refusals: The refusals so far, in order.
        operations: The operations that the rules apply to.
    """

    operations = OPERATIONS | {"open"}

    def __init__(self) -> None:
        self.refusals: list[Refusal] = []
        self._sharing: set[tuple[int, str]] = set()
        self._deciding = threading.local()
        self._objects: dict[tuple[Handle, ...], dict[str, tuple[str, ...]]] = {}

    def share_delete(self, file: IO[Any] | int) -> None:
        """Treat an open file as opened with FILE_SHARE_DELETE, which Python's `open` never uses.

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
        """Return the error that Windows would raise, if any; see `operations.Interceptor`."""
        if operation not in OPERATIONS or getattr(self._deciding, "now", False):
            return None  # looking for the holders is not part of the test
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
        # Like `add_note` in Python 3.11.
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
        """Describe the objects behind our own handles, once, because it searches all objects."""
        if handles not in self._objects:
            mine = sorted({handle.path for handle in handles if handle.pid == os.getpid()})
            self._objects[handles] = {path: _describe_objects(path) for path in mine}
        return self._objects[handles]


def _describe_objects(path: str) -> tuple[str, ...]:
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
    """Make deleting and renaming fail as on Windows, in every thread, until the block ends.

    The rules use what this process and its children really have open. On Windows itself, nothing is
    emulated.

    Yields:
        The emulator, which lists the refusals so far.

    Raises:
        RuntimeError: The system has no `/proc`.
    """
    emulator = SharingEmulator()
    if os.name == "nt":
        yield emulator
        return
    if not available():
        raise RuntimeError("Windows sharing semantics need Linux's /proc, or Windows")
    with listening(), asking(emulator):
        yield emulator
