"""Sweeps: make an action's 1st, 2nd, 3rd ... file operation fail, until none is left to fail.

This is the method of SQLite's tests (sqlite.org/testing.html, section 3): each point fails once
and, in a separate run, forever. The sweep ends with a run in which the fault no longer fires, not
at a fixed number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

from winasr_doctor._util import clock
from winasr_doctor.faults.clock import VirtualClock
from winasr_doctor.faults.injector import Injection, Injector
from winasr_doctor.faults.operations import asking, replaced
from winasr_doctor.faults.plan import ALIASES, FOREVER, Fault, Plan

__tracebackhide__ = True  # pytest then shows the line of the test, not how a sweep works

DELETING = ("scandir", "unlink", "rmdir")
"""The operations used to remove a tree."""

_NEVER = "the fault never fires: the action makes fewer such calls"

_LONGEST_MESSAGE = 500
"""Characters of an exception's message that are shown; the exception itself is shown, too."""

_MOST_FAILURES = 50
"""Failed runs that are listed."""

MOST_POINTS = 10_000
"""A sweep that reaches this many points does not converge, and fails."""


@dataclass(frozen=True, slots=True)
class SweepRun:
    """One run of the action.

    Attributes:
        case: The fault of this run; `None` for the run without a fault.
        state: The return value of `setup`.
        value: The action's return value.
        error: The exception that the action raised instead.
        injections: The injected failures.
        clock: The virtual clock of this run.
    """

    case: Fault | None
    state: Any
    value: Any
    error: Exception | None
    injections: tuple[Injection, ...]
    clock: VirtualClock

    @property
    def fired(self) -> bool:
        """Whether the fault fired."""
        return bool(self.injections)


Invariant = Callable[[SweepRun], object]
"""Checks a run; raises, usually an `AssertionError`, if something is wrong."""


class SweepFailure(AssertionError):  # noqa: N818 - it is a test's failure, like AssertionError
    """A run broke an expectation.

    Attributes:
        case: The fault of that run, as text; empty for the run without a fault. A sweep can be
            limited to it or resumed from it.
        brief: The message without how to resume the sweep.
    """

    def __init__(self, brief: str, case: Fault | None, resume: str = "") -> None:
        self.case = "" if case is None else str(case)
        self.brief = brief
        super().__init__(f"{brief}{resume}")


def _failure(
    reason: str, case: Fault | None, injections: tuple[Injection, ...] = ()
) -> SweepFailure:
    """Make the failure of one run."""
    if case is None:
        return SweepFailure(f"without any fault: {reason}", case)
    lines = [f"with {case}: {reason}"]
    if injections:
        lines.append(f"  failed: {injections[0]}")
    if len(injections) > 1:
        lines.append(f"  and {len(injections) - 1:,} more times")
    lines.append(f"  this run alone: --winfault-case='{case}'")
    return SweepFailure("\n".join(lines), case, f"\n  from this run on: --winfault-from='{case}'")


def _said(error: Exception) -> str:
    """Return an exception's message, shortened; empty if it has none."""
    text = str(error)
    shown = text if len(text) <= _LONGEST_MESSAGE else f"{text[:_LONGEST_MESSAGE]}..."
    return shown and f": {shown}"


@dataclass(frozen=True, slots=True)
class FaultSweepReport:
    """The result of a sweep.

    Attributes:
        runs: The number of runs.
        points: The number of failed points for each fault without its number, such as
            `unlink:32*inf`.
    """

    runs: int
    points: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shard:
    """A share of a sweep: every `count`-th point, starting with the `number`-th.

    Attributes:
        number: The number of the share, from 1.
        count: The number of shares.

    Raises:
        ValueError: There is no such share.
    """

    number: int = 1
    count: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.count:
            raise ValueError(f"there is no shard {self.number} of {self.count}")

    def first(self, start: int) -> int:
        """Return the first point of this share that is not before `start`."""
        return start + (self.number - start) % self.count

    def __str__(self) -> str:
        return f"{self.number}of{self.count}"


class FaultSweep:
    """Runs an action repeatedly, each time with a different file operation failing."""

    def __init__(
        self,
        *,
        only: str | None = None,
        start: str | None = None,
        shard: Shard | None = None,
        keep_going: bool = False,
    ) -> None:
        """Choose which part of a sweep to run; all of it by default.

        Args:
            only: The case to run alone, as named in a `SweepFailure`.
            start: The case to begin with.
            shard: The share of the points.
            keep_going: Whether to go on after a failure, and to list all of them at the end.

        Raises:
            PlanError: A case is not a single fault.
        """
        self._only = None if only is None else _case(only)
        self._start = None if start is None else _case(start)
        self._shard = shard or Shard()
        self._keep_going = keep_going

    def __call__(
        self,
        action: Callable[..., Any],
        *,
        setup: Callable[[], Any] | None = None,
        operations: Sequence[str] = DELETING,
        codes: Sequence[int] = (32,),
        glob: str | None = None,
        times: Sequence[float] = (1, FOREVER),
        invariants: Sequence[Invariant] = (),
        allowed: tuple[type[Exception], ...] | None = None,
        replace_time: bool = False,
    ) -> FaultSweepReport:
        """Run the sweep.

        Each run uses its own virtual clock instead of the clock of `winasr_doctor._util.clock`.

        Args:
            action: The function to test; it receives the state if there is a `setup`.
            setup: Creates the state of one run, without faults.
            operations: The operations to make fail, one kind after another.
            codes: The Windows error codes to use.
            glob: The paths that may fail.
            times: How often a point fails, `FOREVER` included.
            invariants: Checks that must hold after each run.
            allowed: Exceptions that the action may raise after a failure; by default `OSError`, and
                with the operation `connect` also `sqlite3.OperationalError`. Without a failure it
                must not raise at all.
            replace_time: Whether the `time` module also follows the virtual clock; see
                `VirtualClock.replacing_time`.

        Returns:
            The result of the sweep.

        Raises:
            SweepFailure: A run broke an expectation, the sweep does not end, none of the
                operations is ever called, or the case to run alone or to begin with never fires.
            ValueError: An operation or a code does not exist.
            TypeError: Something that must be a list is not.
        """
        for name, values in (
            ("operations", operations),
            ("codes", codes),
            ("times", times),
            ("invariants", invariants),
        ):
            if isinstance(values, str) or not isinstance(values, Iterable):
                raise TypeError(f"{name} must be a list, not {values!r}")
        operations = [ALIASES.get(operation, operation) for operation in operations]
        kinds = list(self._kinds(operations, codes, glob, times))
        allowed = _errors_of(operations) if allowed is None else allowed
        steps = _Steps(action, setup, tuple(invariants), allowed, replace_time, self._keep_going)
        points: dict[str, int] = {}
        with replaced(operations):
            if self._only is not None:
                points[_kind(self._only)] = int(steps.run(self._only))
                steps.finish()
                if not any(points.values()):
                    raise _failure(_NEVER, self._only)
                return FaultSweepReport(steps.runs, points)
            steps.run(None)
            for kind in kinds:
                points[_kind(kind)] = self._sweep(steps, kind)
        steps.finish()
        if self._start is None and self._shard.number == 1 and not any(points.values()):
            raise _failure(f"the action never calls {' or '.join(operations)}", None)
        return FaultSweepReport(steps.runs, points)

    def _kinds(
        self,
        operations: Sequence[str],
        codes: Sequence[int],
        glob: str | None,
        times: Sequence[float],
    ) -> Iterator[Fault]:
        """Yield the first fault of each kind, starting with the one to resume from."""
        kinds = [
            Fault(operation, code, times=often, glob=glob)
            for operation in operations
            for code in codes
            for often in times
        ]
        if self._start is None:
            return iter(kinds)
        names = [_kind(kind) for kind in kinds]
        if _kind(self._start) not in names:
            raise ValueError(f"{self._start} is not a case of this sweep")
        at = names.index(_kind(self._start))
        return iter([self._start, *kinds[at + 1 :]])

    def _sweep(self, steps: _Steps, kind: Fault) -> int:
        point = self._shard.first(kind.start)
        found = 0
        while True:
            case = kind if point == kind.start else replace(kind, start=point)
            if not steps.run(case):
                if self._start is case and self._shard.count == 1:
                    raise _failure(_NEVER, case)
                return found
            found += 1
            point += self._shard.count
            if point > MOST_POINTS:
                raise _failure(f"the sweep has no end: point {MOST_POINTS:,} still fires", kind)


def _errors_of(operations: Sequence[str]) -> tuple[type[Exception], ...]:
    """Return the exceptions that these operations raise themselves."""
    if "connect" not in operations:
        return (OSError,)
    import sqlite3  # lazy: few sweeps need it

    return OSError, sqlite3.OperationalError


def _case(text: str) -> Fault:
    faults = Plan.parse(text).faults
    if len(faults) != 1:
        raise ValueError(f"a case is one fault, not {len(faults)}: {text}")
    fault = faults[0]
    return Fault(fault.operation, fault.code, fault.times or 1, None, fault.start, fault.glob)


def _kind(fault: Fault) -> str:
    return str(Fault(fault.operation, fault.code, fault.times, glob=fault.glob))


class _Steps:
    """Performs the runs."""

    def __init__(
        self,
        action: Callable[..., Any],
        setup: Callable[[], Any] | None,
        invariants: tuple[Invariant, ...],
        allowed: tuple[type[Exception], ...],
        replace_time: bool,
        keep_going: bool,
    ) -> None:
        self.runs = 0
        self._keep_going = keep_going
        self._failures: list[tuple[Fault | None, str]] = []  # as texts, which keep no frames
        self._replace_time = replace_time
        self._action = action
        self._setup = setup
        self._invariants = invariants
        self._allowed = allowed

    def run(self, case: Fault | None) -> bool:
        """Make one run and judge it; return whether the fault fired."""
        self.runs += 1
        run = self._run(case)
        try:
            fired = run.fired
            self._judge(run)
        except SweepFailure as failure:
            if not self._keep_going:
                raise
            self._failures.append((run.case, failure.brief))
        finally:
            # Else the frames in the error's traceback would keep this variable alive, and it them,
            # with all the files that the action had open.
            del run
        return fired

    def finish(self) -> None:
        """Fail if a run has failed."""
        if not self._failures:
            return
        texts = [text.replace("\n", "\n  ") for _, text in self._failures[:_MOST_FAILURES]]
        more = len(self._failures) - len(texts)
        texts += [f"and {more:,} more"] if more else []
        head = f"{len(self._failures):,} of {self.runs:,} runs failed:"
        raise SweepFailure("\n* ".join([head, *texts]), self._failures[0][0])

    def _run(self, case: Fault | None) -> SweepRun:
        state = None if self._setup is None else self._setup()
        arguments = () if self._setup is None else (state,)
        injector = Injector(Plan(() if case is None else (case,)))
        value, error = None, None
        time = VirtualClock()
        try:
            with ExitStack() as stack:
                stack.enter_context(clock.using(time))
                if self._replace_time:
                    stack.enter_context(time.replacing_time())
                stack.enter_context(asking(injector))
                try:
                    value = self._action(*arguments)
                except Exception as raised:  # noqa: BLE001 - whatever it is, it is judged later
                    error = raised
            return SweepRun(case, state, value, error, tuple(injector.injections), time)
        finally:
            del error

    def _judge(self, run: SweepRun) -> None:
        if run.error is not None and not (run.fired and isinstance(run.error, self._allowed)):
            name = type(run.error).__name__
            why = "" if run.fired or run.case is None else " although the fault had not fired"
            reason = f"the action raised {name}{why}{_said(run.error)}"
            raise _failure(reason, run.case, run.injections) from run.error
        for invariant in self._invariants:
            try:
                invariant(run)
            except Exception as broken:
                name = getattr(invariant, "__name__", repr(invariant))
                reason = f"{name} does not hold{_said(broken)}"
                raise _failure(reason, run.case, run.injections) from broken
