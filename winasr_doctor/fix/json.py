"""Describes the result of `fix` as a JSON document."""

from __future__ import annotations

from typing import Literal

import msgspec

from winasr_doctor.fix.applying import FixResult, ProposedChange
from winasr_doctor.fix.repairs import Hindered, NothingToDo, Repair
from winasr_doctor.report.json import ReportDocument
from winasr_doctor.report.json import document as scan_document


class ChangePart(msgspec.Struct, frozen=True):
    """A change that `fix --apply` can make."""

    codes: tuple[str, ...]
    title: str
    target: str | None
    """The file or folder that changes."""
    state: Literal["possible", "done", "declined", "failed", "refused", "nothing"]
    words: str
    """What was done, or why it was not; empty if it was only proposed."""
    preview: str
    """A unified diff for a file, a sentence for anything else."""
    undo: str
    then: tuple[str, ...]
    """What you still have to do."""


class CheckedPart(msgspec.Struct, frozen=True):
    """The number of findings of a repaired code, before and after."""

    was: int
    now: int


class FixDocument(msgspec.Struct, frozen=True):
    """What `fix --format json` prints."""

    schema: Literal["winasr-doctor/fix/1"]
    applied: bool
    """Whether changes were to be made, not only shown."""
    changes: tuple[ChangePart, ...]
    checked: dict[str, CheckedPart]
    done: int
    left: tuple[str, ...]
    """The codes that are left for you, the errors first."""
    scan: ReportDocument
    """The report, after the changes; its remedies are the steps."""


def document(result: FixResult) -> FixDocument:
    """Return the JSON document that describes the result of `fix`."""
    return FixDocument(
        schema="winasr-doctor/fix/1",
        applied=result.asked,
        changes=tuple(map(_change, result.changes)),
        checked={code: CheckedPart(was, now) for code, (was, now) in result.checked.items()},
        done=result.done,
        left=result.left,
        scan=scan_document(result.after),
    )


def _change(change: ProposedChange) -> ChangePart:
    proposal = change.proposal
    repair = proposal if isinstance(proposal, Repair) else None
    return ChangePart(
        codes=proposal.codes,
        title=proposal.why if isinstance(proposal, NothingToDo) else proposal.title,
        target=None if repair is None else repair.target,
        state=change.state.value,
        words=change.words,
        preview="" if repair is None else repair.preview,
        undo="" if repair is None else repair.undo,
        then=() if isinstance(proposal, Hindered) else proposal.then,
    )
