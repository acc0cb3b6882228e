"""`inject`: makes file operations fail as planned, in every thread, until the block ends."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from winasr_doctor._util import clock
from winasr_doctor._util.private_names import CHOOSING_NAME, CHOOSING_TEMP, GETFRAME
from winasr_doctor.faults.errors import runtime_error, windows_error
from winasr_doctor.faults.operations import FileName, asking
from winasr_doctor.faults.plan import Fault, Plan
from winasr_doctor.faults.stacks import SourceLine, calling_lines, first_outside_library

_getframe: Callable[[int], FrameType] = GETFRAME.get()


@dataclass(frozen=True, slots=True)
class Injection:
    """One injected failure.

    Attributes:
        fault: The part of the plan that fired.
        operation: The operation that failed; the fault's operation.
        path: The path it was called with.
        path2: The target of a rename.
        call: The number of the matching call, from 1.
        time: The time on the clock in use, in seconds.
        thread: The thread's name.
        stack: The lines that led to the failure, innermost first.
    """

    fault: Fault
    operation: str
    path: str
    path2: str | None
    call: int
    time: float
    thread: str
    stack: tuple[SourceLine, ...]

    def __str__(self) -> str:
        target = "" if self.path2 is None else f" -> {self.path2!r}"
        where = first_outside_library(self.stack)
        return (
            f"{self.operation} {self.path!r}{target}: WinError {self.fault.code}, "
            f"call {self.call} at {self.time:.3f} s in {self.thread}"
            + ("" if where is None else f"\n    {where}")
        )


class _Counter:
    """Counts the calls and failures of one fault of a plan."""

    __slots__ = ("calls", "fault", "fired", "first")

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.calls = 0
        self.fired = 0
        self.first: float | None = None

    def is_due(self, now: float) -> bool:
        fault = self.fault
        if self.calls < fault.start or self.fired >= fault.limit:
            return False
        return fault.seconds is None or self.first is None or now - self.first < fault.seconds


_OF_THE_RUNTIME = frozenset({"open", "write", "fsync", "copyfile"})
"""What fails in C's runtime, without a WinError: `copyfile` at opening the target."""

_CHOOSING_A_NAME = frozenset(
    {
        *(CHOOSING_TEMP.name, CHOOSING_NAME.name, "mkstemp", "mkdtemp", "mktemp"),
        *("NamedTemporaryFile", "TemporaryFile"),  # they open by an `opener` that chooses
    }
)


def _tempfile_chooses_a_name() -> bool:
    """Return whether tempfile is trying out a name.

    On Windows, tempfile treats a PermissionError as a name that is already in use and tries another
    one, up to 2,147,483,647 times (CPython gh-66305).
    """
    replacement = _getframe(3)  # it called _refusal, which called refuse
    frame = replacement.f_back
    for _ in range(2):  # the caller may be a function of os.path
        if frame is None:
            break
        name = frame.f_code.co_name
        if name in _CHOOSING_A_NAME and frame.f_globals.get("__name__") == "tempfile":
            return True
        frame = frame.f_back
    return False


class Injector:
    """Records what an active plan has done so far.

    Attributes:
        plan: The plan.
        injections: Every failure that was injected, in order.
        operations: The operations that the plan covers.
    """

    def __init__(self, plan: Plan) -> None:
        """Prepare; nothing fails yet.

        Args:
            plan: The faults to inject.
        """
        self.plan = plan
        self.injections: list[Injection] = []
        self.operations = frozenset(fault.operation for fault in plan.faults)
        self._counters = [_Counter(fault) for fault in plan.faults]
        self._lock = threading.RLock()

    @property
    def unused(self) -> tuple[Fault, ...]:
        """The faults that never fired."""
        return tuple(counter.fault for counter in self._counters if not counter.fired)

    def refuse(self, operation: str, path: FileName, path2: FileName | None) -> OSError | None:
        """Return the failure that is due, after recording it; see `operations.Interceptor`."""
        name = os.fsdecode(path)
        name2 = None if path2 is None else os.fsdecode(path2)
        if _tempfile_chooses_a_name():
            return None
        due = None
        with self._lock:
            now = clock.current().monotonic()
            for counter in self._counters:
                fault = counter.fault
                if fault.operation != operation:
                    continue
                if not (fault.matches(name) or (name2 is not None and fault.matches(name2))):
                    continue
                counter.calls += 1
                if due is None and counter.is_due(now):
                    due = counter
            if due is None:
                return None
            due.fired += 1
            due.first = now if due.first is None else due.first
            thread = threading.current_thread().name
            self.injections.append(
                Injection(
                    due.fault, operation, name, name2, due.calls, now, thread, calling_lines()
                )
            )
        if operation in _OF_THE_RUNTIME:
            named = {"fsync": None, "copyfile": path2}.get(operation, path)
            return runtime_error(due.fault.code, named)
        return windows_error(due.fault.code, path, path2)


@contextmanager
def inject(plan: str | Plan) -> Iterator[Injector]:
    """Make file operations fail as planned, in every thread, until the block ends.

    Plans may be nested: the inner plan decides first; an operation that it lets pass may still be
    refused by the outer plan.

    Args:
        plan: A plan or its text, such as `unlink:32*2@*.json`.

    Yields:
        The injector, which lists the failures so far.

    Raises:
        PlanError: The text is not a plan.
        TypeError: It is neither a text nor a plan.
    """
    if not isinstance(plan, (str, Plan)):
        raise TypeError(f"{plan!r} is not a plan, such as 'rmtree:32*2'")
    for name in (CHOOSING_TEMP, CHOOSING_NAME):
        name.of_or(tempfile, None)
    injector = Injector(Plan.parse(plan) if isinstance(plan, str) else plan)
    with asking(injector):
        yield injector
