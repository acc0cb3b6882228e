"""Writes the text output of `fix`. Commands are never wrapped, so that they can be copied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from winasr_doctor.findings import Remedy, Report, Result, Severity, Status, Step
from winasr_doctor.fix.journal import Record
from winasr_doctor.fix.repairs import Hindered, NothingToDo, Proposal, Repair
from winasr_doctor.fix.tasks import chosen_remedy
from winasr_doctor.report.escaping import visible
from winasr_doctor.scanning import worst_first


def findings_with_remedies(report: Report) -> list[Result]:
    """Return the results that `fix` shows: failures and anything unreadable, the worst first."""
    shown = (r for r in report.results if r.status in {Status.FAIL, Status.UNKNOWN} and r.remedies)
    return sorted(shown, key=worst_first)


def steps_text(report: Report) -> str:
    """Write every finding's remedies as steps."""
    results = findings_with_remedies(report)
    if not results:
        return "No finding with a remedy.\n"
    told: dict[tuple[str, ...], str] = {}
    return "\n".join("".join(_finding(result, told)) for result in results)


def _finding(result: Result, told: dict[tuple[str, ...], str]) -> Iterator[str]:
    level = (result.severity or result.status).value
    yield f"{result.code} {_LEVELS.get(level, level)}: {visible(result.summary)}\n"
    chosen = chosen_remedy(result)
    for rank, remedy in enumerate(result.remedies):
        first = told.setdefault((remedy.title, *remedy.steps), result.code)
        lead = "Or" if rank else "Do"
        yield f"  {lead}: {visible(remedy.title)}{_automatic(remedy, chosen)}\n"
        if first != result.code:
            yield f"    as for {first}\n"
            continue
        for number, step in enumerate(remedy.steps, 1):
            yield f"    {number}. {visible(step)}\n"
            if isinstance(step, Step) and step.needs_admin:
                yield "       (an administrator must run this; fix never does)\n"


_LEVELS = {"info": "note"}


def _automatic(remedy: Remedy, chosen: Remedy | None) -> str:
    if remedy is not chosen:
        return ""
    return f" (`fix --apply` can {'do' if remedy.automatic else 'begin'} it)"


def proposal_text(proposal: Proposal, number: int, total: int) -> str:
    """Describe a proposed change, with its diff."""
    codes = ", ".join(proposal.codes)
    if isinstance(proposal, NothingToDo):
        return f"Nothing to do for {codes}: {visible(proposal.why)}\n{_then(proposal.then)}"
    head = f"[{number}/{total}] {codes}: {visible(proposal.title)}\n"
    if isinstance(proposal, Hindered):
        return f"{head}  Refused: {visible(proposal.why)}\n"
    return f"{head}{_lines(proposal.preview)}  Undo: {visible(proposal.undo)}\n"


def done_text(done: str, repair: Repair) -> str:
    """Say what was done and what the user still has to do."""
    return f"  Done: {visible(done)}\n{_then(repair.then)}"


def outcome_text(before: Report, after: Report, codes: Iterable[str]) -> str:
    """Say which findings are gone after the checks ran again."""
    lines = []
    for code in dict.fromkeys(codes):
        was, now = _counted(before, code), _counted(after, code)
        if not was and not now:
            continue
        said = "the finding is gone" if not now else f"{now} of {was} still there"
        lines.append(f"Checked again, {code}: {said}\n")
    return "".join(lines)


def _counted(report: Report, code: str) -> int:
    serious = {Severity.ERROR, Severity.WARNING}
    return sum(r.code == code and r.severity in serious for r in report.results)


def _then(steps: tuple[str, ...]) -> str:
    return "".join(f"  Left to you: {visible(step)}\n" for step in steps)


def _lines(text: str) -> str:
    return "".join(f"{visible(line)}\n" for line in text.split("\n")[:-1])


def undo_text(record: Record, preview: str) -> str:
    """Describe what undoing a change would do."""
    return f"{', '.join(record.codes)}: {visible(record.path)}\n{_lines(preview)}"
