"""Makes the repairs that the user agrees to, and says what became of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from winasr_doctor.findings import Report, Severity
from winasr_doctor.fix.atomic_write import WriteError
from winasr_doctor.fix.execution import RepairExecutor
from winasr_doctor.fix.journal import FixRun, Record, default_journal
from winasr_doctor.fix.repairs import Hindered, NothingToDo, Proposal, Repair
from winasr_doctor.fix.tasks import RepairTask, tasks_of
from winasr_doctor.fix.undo import open_records, preview, take_back
from winasr_doctor.locks import pending
from winasr_doctor.machine import Machine

Ask = Callable[[str], bool]
"""Asks the user a question; whether the answer is yes."""

_SERIOUS = {Severity.ERROR, Severity.WARNING}


class ChangeState(str, Enum):
    """What became of a change."""

    POSSIBLE = "possible"
    """`fix --apply` can make it."""
    DONE = "done"
    DECLINED = "declined"
    """The user said no."""
    FAILED = "failed"
    REFUSED = "refused"
    """Something is in the way, such as uncommitted changes."""
    NOTHING = "nothing"
    """It has been made already."""


@dataclass(frozen=True, slots=True)
class ProposedChange:
    """A proposed change and what became of it.

    Attributes:
        proposal: The change.
        state: What became of it.
        words: What was done, or why it was not.
    """

    proposal: Proposal
    state: ChangeState
    words: str = ""


@dataclass(frozen=True, slots=True)
class FixResult:
    """The result of `fix`.

    Attributes:
        before: The report that called for the changes.
        after: The report after the changes; the same one if nothing was changed.
        changes: The changes.
        asked: Whether the changes were to be made, not only shown.
        unasked: Whether nothing could be asked, so that nothing was done.
    """

    before: Report
    after: Report
    changes: tuple[ProposedChange, ...] = ()
    asked: bool = False
    unasked: bool = False

    @property
    def done(self) -> int:
        """How many changes were made."""
        return sum(change.state is ChangeState.DONE for change in self.changes)

    @property
    def possible(self) -> int:
        """How many changes `fix --apply` could make."""
        return sum(change.state is ChangeState.POSSIBLE for change in self.changes)

    @property
    def checked(self) -> Mapping[str, tuple[int, int]]:
        """For each repaired code that was found, how many findings there were and are."""
        done = (change for change in self.changes if change.state is ChangeState.DONE)
        codes = dict.fromkeys(code for change in done for code in change.proposal.codes)
        counts = {code: (_count(self.before, code), _count(self.after, code)) for code in codes}
        return {code: count for code, count in counts.items() if any(count)}

    @property
    def left(self) -> tuple[str, ...]:
        """The codes that are left for the user, the errors first."""
        automatic = {
            code
            for change in self.changes
            if change.state is ChangeState.POSSIBLE
            and isinstance(change.proposal, Repair)
            and not change.proposal.then
            for code in change.proposal.codes
        }
        serious = [result for result in self.after.results if result.severity in _SERIOUS]
        serious.sort(key=lambda result: result.severity is not Severity.ERROR)
        codes = dict.fromkeys(result.code for result in serious)
        return tuple(code for code in codes if code not in automatic)


def _count(report: Report, code: str) -> int:
    return sum(r.code == code and r.severity in _SERIOUS for r in report.results)


def proposed(proposal: Proposal) -> ProposedChange:
    """Return a proposal as a change that nobody has decided about yet."""
    if isinstance(proposal, Hindered):
        return ProposedChange(proposal, ChangeState.REFUSED, proposal.why)
    if isinstance(proposal, NothingToDo):
        return ProposedChange(proposal, ChangeState.NOTHING, proposal.why)
    return ProposedChange(proposal, ChangeState.POSSIBLE)


class ChangeListener:
    """Follows the changes as they are proposed and made; does nothing by itself."""

    def scanned(self, report: Report) -> None:
        """Process the report that calls for the changes."""

    def proposed(self, proposal: Proposal, number: int, total: int) -> None:
        """Process a proposal, before the user is asked."""

    def decided(self, change: ProposedChange) -> None:
        """Process what became of a proposed change."""

    def undoing(self, record: Record, preview: str) -> None:
        """Process a change that can be undone, before the user is asked."""

    def undone(self, words: str) -> None:
        """Process what became of undoing a change."""


@dataclass(frozen=True, slots=True)
class FixOrder:
    """What to fix, and how.

    Attributes:
        scan: Examines the machine and the app.
        roots: The app's files and folders.
        apply: Whether to make the changes, not only to show them.
        ask: Asks the user; without it, changes are only proposed.
        allow_dirty: Whether to change files with uncommitted changes too.
        only_steps: Whether to show the steps alone, because the machine is another one.
    """

    scan: Callable[[], tuple[Machine, Report]]
    roots: tuple[str, ...]
    apply: bool = False
    ask: Ask | None = None
    allow_dirty: bool = False
    only_steps: bool = False


def fix(order: FixOrder, listener: ChangeListener) -> FixResult:
    """Scan, show or make the changes, and scan again if anything was changed.

    Args:
        order: What to fix.
        listener: Follows what happens.
    """
    host, report = order.scan()
    listener.scanned(report)
    leftovers = tuple(kept.path for kept in pending())
    tasks = () if order.only_steps else tasks_of(report, leftovers)
    executor = RepairExecutor(
        host, order.roots, journal=default_journal(), allow_dirty=order.allow_dirty
    )
    changes = _go_through(executor, tasks, listener, order.ask)
    result = FixResult(report, report, changes, asked=order.apply)
    if result.done:
        return replace(result, after=order.scan()[1])
    return replace(result, unasked=order.apply and order.ask is None and result.possible > 0)


def _go_through(
    executor: RepairExecutor,
    tasks: Sequence[RepairTask],
    listener: ChangeListener,
    ask: Ask | None,
) -> tuple[ProposedChange, ...]:
    changes = []
    for number, task in enumerate(tasks, 1):
        change = proposed(executor.propose(task))
        listener.proposed(change.proposal, number, len(tasks))
        if change.state is ChangeState.POSSIBLE and ask is not None:
            change = _decided(executor, change, ask)
            listener.decided(change)
        changes.append(change)
    return tuple(changes)


def _decided(executor: RepairExecutor, change: ProposedChange, ask: Ask) -> ProposedChange:
    assert isinstance(change.proposal, Repair)  # noqa: S101 - nothing else is possible
    if not ask("  Do this?"):
        return replace(change, state=ChangeState.DECLINED)
    try:
        done = executor.make(change.proposal)
    except WriteError as error:
        return replace(change, state=ChangeState.FAILED, words=str(error))
    return replace(change, state=ChangeState.DONE, words=done)


def undo(run: FixRun, listener: ChangeListener, ask: Ask | None) -> int:
    """Take back the changes of a run that the user agrees to.

    Args:
        run: The run.
        listener: Follows what happens.
        ask: Asks the user; without it, nothing is taken back.

    Returns:
        How many changes could not be taken back.
    """
    refused = 0
    for record in tuple(open_records(run)):
        try:
            listener.undoing(record, preview(run, record))
            if ask is not None:
                yes = ask("  Undo this?")
                listener.undone(f"Done: {take_back(run, record)}" if yes else "Left unchanged.")
        except WriteError as error:
            refused += 1
            listener.undone(f"Not undone: {error}")
    return refused
