"""Shows remedies and repairs as blocks; a command is a block of its own, so that it stays whole."""

from __future__ import annotations

from collections.abc import Iterator

from winasr_doctor._util.blocks import Block, Command, Gap, Paragraph
from winasr_doctor.findings import Remedy, Report, Result, Status, Step, worst_first
from winasr_doctor.fix.applying import ChangeState, FixResult, ProposedChange
from winasr_doctor.fix.journal import Record
from winasr_doctor.fix.repairs import Hindered, NothingToDo, Proposal, Repair
from winasr_doctor.fix.tasks import chosen_remedy
from winasr_doctor.report.summaries import placed

_LEVELS = {"info": "note"}


def findings_with_remedies(report: Report) -> list[Result]:
    """Return the results that `fix` shows: failures and anything unreadable, the worst first."""
    shown = (r for r in report.results if r.status in {Status.FAIL, Status.UNKNOWN} and r.remedies)
    return sorted(shown, key=worst_first)


def show_steps(report: Report) -> Iterator[Block]:
    """Yield every finding's remedies as steps; a remedy that stands above is referred to."""
    results = findings_with_remedies(report)
    if not results:
        yield Paragraph("No finding with a remedy.")
    told: dict[tuple[str, ...], str] = {}
    for result in results:
        yield Gap()
        yield from _finding(result, told)


def _finding(result: Result, told: dict[tuple[str, ...], str]) -> Iterator[Block]:
    level = (result.severity or result.status).value
    lead = f"{result.code} {_LEVELS.get(level, level)}: "
    yield Paragraph(placed(result), lead=lead, level=level)
    chosen = chosen_remedy(result)
    for rank, remedy in enumerate(result.remedies):
        first = told.setdefault((remedy.title, *remedy.steps), result.code)
        lead = "Or: " if rank else "Do: "
        yield Paragraph(remedy.title + _automatic(remedy, chosen), lead=lead, indent=2, bold=True)
        if first != result.code:
            yield Paragraph(f"as for {first}", indent=4)
            continue
        for number, step in enumerate(remedy.steps, 1):
            yield from _step(step, number)


def _automatic(remedy: Remedy, chosen: Remedy | None) -> str:
    if remedy is not chosen:
        return ""
    return f" (`fix --apply` can {'do' if remedy.automatic else 'begin'} it)"


def _step(text: str, number: int) -> Iterator[Block]:
    step = Step.of(text)
    yield Paragraph(_lead_in(step), lead=f"{number}. ", indent=4)
    if step.command:
        yield Command(step.command, step.shell, indent=7)
    if step.needs_admin:
        yield Paragraph("(an administrator must run this; fix never does)", indent=7)


def _lead_in(step: Step) -> str:
    return f"{step.words}:" if step.words and step.command else step.words


def show_proposal(proposal: Proposal, number: int, total: int) -> Iterator[Block]:
    """Yield a proposed change, with its diff."""
    codes = ", ".join(proposal.codes)
    yield Gap()
    if isinstance(proposal, NothingToDo):
        yield Paragraph(proposal.why, lead=f"Nothing to do for {codes}: ")
        yield from _then(proposal.then)
        return
    yield Paragraph(proposal.title, lead=f"[{number}/{total}] {codes}: ", bold=True)
    if isinstance(proposal, Hindered):
        yield Paragraph(proposal.why, lead="Refused: ", indent=2)
        return
    yield Command(proposal.preview.rstrip("\n"))
    yield Paragraph(proposal.undo, lead="Undo: ", indent=2)


def show_change(change: ProposedChange) -> Iterator[Block]:
    """Yield what became of a change that was asked for."""
    if change.state is ChangeState.DONE:
        yield Paragraph(change.words, lead="Done: ", indent=2)
        assert isinstance(change.proposal, Repair)  # noqa: S101 - nothing else can be done
        yield from _then(change.proposal.then)
    elif change.state is ChangeState.DECLINED:
        yield Paragraph("Left unchanged.", indent=2)
    elif change.state is ChangeState.FAILED:
        yield Paragraph(change.words, lead="Not done: ", indent=2)


def _then(steps: tuple[str, ...]) -> Iterator[Block]:
    for step in map(Step.of, steps):
        yield Paragraph(_lead_in(step), lead="Left to you: ", indent=2)
        if step.command:
            yield Command(step.command, step.shell, indent=4)


def show_end(result: FixResult) -> Iterator[Block]:
    """Yield the last lines: what the checks say now, what was done, and what is left."""
    yield Gap()
    for code, (was, now) in result.checked.items():
        said = "the finding is gone" if not now else f"{now} of {was} still there"
        yield Paragraph(said, lead=f"Checked again, {code}: ")
    if not result.asked and result.possible:
        yield Paragraph(f"`fix --apply` makes {result.possible} of these changes, after asking.")
    elif result.asked and not any(isinstance(c.proposal, Repair) for c in result.changes):
        yield Paragraph("There is nothing that `fix --apply` could do now.")
    left = ", ".join(result.left)
    for_you = f"{len(result.left)} left for you: {left}" if left else "nothing left for you"
    yield Paragraph(f"{result.done} done, {for_you}.")


def show_undo(record: Record, preview: str) -> Iterator[Block]:
    """Yield what undoing a change would do."""
    yield Command(f"{', '.join(record.codes)}: {record.path}")
    yield Command(preview.rstrip("\n"))
