"""`windows_sharing`: on Linux, make deleting and renaming open files fail as on Windows."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from time import perf_counter  # bound early: a test may replace the time
from types import GeneratorType
from typing import IO, TYPE_CHECKING, Any

from winasr_doctor.faults.operations import FileName, asking
from winasr_doctor.faults.sharing import openings
from winasr_doctor.faults.sharing.openings import listening
from winasr_doctor.faults.sharing.processes import available
from winasr_doctor.faults.sharing.unhindered import OPENINGS, is_unhindered
from winasr_doctor.faults.stacks import calling_lines, is_left_out
from winasr_doctor.faults.translation import error_of

if TYPE_CHECKING:
    from winasr_doctor.faults.sharing.decisions import Decision, Obstacle
    from winasr_doctor.faults.sharing.handles import Handle
    from winasr_doctor.faults.sharing.refusals import Refusal
    from winasr_doctor.faults.stacks import Stack

__tracebackhide__ = True  # pytest shows who called us, not us

__all__ = ["SharingEmulator", "windows_sharing"]

_LONGEST_SEARCH = 1.0
"""Seconds after which no more objects behind handles are looked for; each search looks at every
object of the process."""

_MOST_REFUSALS = 1_000
"""Refusals that are kept: code that waits for a deletion to succeed tries forever."""


_ELSEWHERE = {
    ("multiprocessing/heap.py", "__init__"),  # `Arena`: memory without a file
    ("tempfile.py", "TemporaryFile"),  # the same as `NamedTemporaryFile`
    ("tempfile.py", "opener"),  # of `TemporaryFile`, since Python 3.11
}
"""Functions of the standard library that delete a file they have open, and that Windows has other
code for."""


OPERATIONS = OPENINGS | {"unlink", "rmdir", "rename", "replace"}
"""Those that the rules in `decisions` are about; to look them up here would load that module."""


class Rules(str, Enum):
    """Which of the rules apply.

    `handles`: only those about what is open. Others concern what code may do differently on Windows
    on purpose, such as to clear the read-only attribute before it deletes a file.
    """

    ALL = "all"
    HANDLES = "handles"


class SharingEmulator:
    """The Windows sharing rules while they are in force.

    Attributes:
        refusals: The refusals so far, in order; of very many only the first.
        rules: Which rules are in force.
        brief: Whether an error says only in short who holds the file.
        operations: The operations that the rules apply to.
    """

    def __init__(self, rules: Rules = Rules.ALL) -> None:
        self.refusals: list[Refusal] = []
        self.rules = rules
        self.brief = False
        self.operations = OPERATIONS | {"os.open"}
        self._only_handles = rules is Rules.HANDLES
        self._about_temporary = {"open", "write"} if self._only_handles else {"open"}
        self._rows: dict[str, tuple[Decision, ...]] = {}
        self._sharing: set[tuple[int, str]] = set()
        self._deciding = threading.local()
        self._objects: dict[tuple[Handle, ...], dict[str, tuple[str, ...]]] = {}
        self._holding: dict[tuple[Handle, ...], tuple[Handle, ...]] = {}
        self._seconds = 0.0
        self._told: set[tuple[str, ...]] = set()

    def start_over(self) -> None:
        """Forget what was refused so far, as another test begins."""
        if self.refusals:
            self.refusals = []
            self._told.clear()
            self._objects.clear()
            self._holding.clear()
            self._seconds = 0.0
        self._sharing.clear()

    def share_delete(self, file: IO[Any] | int) -> None:
        """Treat an open file as opened with FILE_SHARE_DELETE, which Python's `open` never uses.

        Args:
            file: A file object or a descriptor.
        """
        descriptor = file if isinstance(file, int) else file.fileno()
        self._sharing.add((descriptor, os.readlink(f"/proc/self/fd/{descriptor}")))

    def shares_delete(self, handle: Handle) -> bool:
        """Return whether a handle was opened so that others may delete the file."""
        if handle.shares_delete or self.is_temporary(handle):
            return True
        return handle.pid == os.getpid() and (handle.descriptor, handle.path) in self._sharing

    @staticmethod
    def is_temporary(handle: Handle) -> bool:
        """Return whether a handle was opened with `O_TEMPORARY`, which also shares deletion."""
        if handle.pid != os.getpid() or handle.descriptor is None:
            return False
        return openings.is_temporary(handle.descriptor, handle.path)

    def refuse(self, operation: str, path: FileName, path2: FileName | None) -> OSError | None:
        """Return the error that Windows would raise, if any; see `operations.Interceptor`."""
        if operation in self._about_temporary and not openings.any_temporary():
            return None
        name = path if type(path) is str else os.fsdecode(path)
        name2 = path2 if path2 is None or type(path2) is str else os.fsdecode(path2)
        try:
            if is_unhindered(operation, name, name2, only_handles=self._only_handles):
                return None
            refusal = self._decide(operation, name, name2)
        except RecursionError as deepest:
            raise deepest.with_traceback(None)  # noqa: B904 - the same, without our frames
        if refusal is None:
            return None
        if len(self.refusals) < _MOST_REFUSALS:
            self.refusals.append(refusal)
        error = error_of(refusal.code, path, path2, opening=operation in OPENINGS)
        # Like `add_note` in Python 3.11.
        error.__notes__ = [refusal.situation.value, *self._news(refusal)]  # type: ignore[attr-defined]
        return error

    def _decide(self, operation: str, path: str, path2: str | None) -> Refusal | None:
        if getattr(self._deciding, "now", False):
            return None  # looking for the holders is not part of the test
        self._deciding.now = True
        try:
            found = self._obstacle(operation, path, path2)
            if found is None or _is_done_otherwise(lines := calling_lines()):
                return None
            return self._refusal(operation, path, path2, found, lines)
        finally:
            self._deciding.now = False

    def _obstacle(self, operation: str, path: str, path2: str | None) -> Obstacle | None:
        from winasr_doctor.faults.sharing.decisions import (  # lazy: nearly nothing is in the way
            obstacle,
            rows_by_operation,
        )

        if not self._rows:
            self._rows = rows_by_operation(only_handles=self._only_handles)
        return obstacle(self._rows[operation], path, path2, self)

    def _news(self, refusal: Refusal) -> tuple[str, ...]:
        """Return who holds it, unless an earlier error has told the same."""
        holders = refusal.holders
        if holders in self._told:
            return ()
        self._told.add(holders)
        return tuple(one.split("\n", 1)[0] for one in holders) if self.brief else holders

    def _refusal(
        self, operation: str, path: str, path2: str | None, found: Obstacle, lines: Stack
    ) -> Refusal:
        from winasr_doctor.faults.sharing import refusals  # lazy: few runs refuse

        if found.handles not in self._holding:
            self._holding[found.handles] = refusals.holding_now(found.handles)
        handles = self._holding[found.handles]
        objects = dict(self._objects_behind(handles))  # each is shown once
        by = tuple(refusals.held(handle, objects.pop(handle.path, ())) for handle in handles)
        code, situation = found.decision.code, found.decision.situation
        return refusals.Refusal(operation, path, path2, code, situation, by, lines)

    def _objects_behind(self, handles: tuple[Handle, ...]) -> dict[str, tuple[str, ...]]:
        """Describe the objects behind our own handles, once, because it searches all objects."""
        if handles not in self._objects:
            mine = sorted({handle.path for handle in handles if handle.pid == os.getpid()})
            started = perf_counter()
            mine = mine if self._seconds < _LONGEST_SEARCH else []
            self._objects[handles] = {path: _describe_objects(path) for path in mine}
            self._seconds += perf_counter() - started
        return self._objects[handles]


def _is_done_otherwise(lines: Stack) -> bool:
    """Return whether a call comes from code that does not run on Windows."""
    if not lines or not lines[0].in_standard_library:
        return False
    file, _, function = lines[0]
    return any(function == name and file.endswith(end) for end, name in _ELSEWHERE)


def _describe_objects(path: str) -> tuple[str, ...]:
    from winasr_doctor.locks.holders import objects_holding  # lazy: only a refusal needs it

    found = objects_holding([path])
    return tuple(one.description for one in found if not _is_of_pytest(one.value))


def _is_of_pytest(value: object) -> bool:
    """Return whether an object is a generator of pytest's, which lead to all fixtures."""
    return isinstance(value, GeneratorType) and is_left_out(value.gi_code)


@contextmanager
def windows_sharing(rules: Rules | str = Rules.ALL) -> Iterator[SharingEmulator]:
    """Make deleting and renaming fail as on Windows, in every thread, until the block ends.

    The rules use what this process and its children really have open. On Windows itself, nothing is
    emulated.

    Args:
        rules: `all`, or `handles` for only those about what is open; then real errors also keep
            their Linux form.

    Yields:
        The emulator, which lists the refusals so far.

    Raises:
        RuntimeError: The system has no `/proc`.
        ValueError: There are no such rules.
    """
    emulator = SharingEmulator(Rules(rules))
    if os.name == "nt":
        yield emulator
        return
    if not available():
        raise RuntimeError("Windows sharing semantics need Linux's /proc, or Windows")
    with listening(), asking(emulator, translating=emulator.rules is Rules.ALL):
        yield emulator
