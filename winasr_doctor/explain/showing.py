"""Shows an answer of `explain` as blocks for people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from winasr_doctor._util.blocks import Block, Command, Gap, Paragraph, Table
from winasr_doctor.explain.answers import (
    Answer,
    CheckAnswer,
    DiagnosisAnswer,
    ExitCodeAnswer,
    KnownErrorAnswer,
    KnownErrorsAnswer,
)
from winasr_doctor.windows.errors import DeleteClass, WindowsError

if TYPE_CHECKING:
    from winasr_doctor.checks.base import Check

_WHEN_DELETING = {
    DeleteClass.TRANSIENT: "worth retrying for a short time, unless this process is the holder",
    DeleteClass.PERMANENT: "not worth retrying",
    DeleteClass.ALREADY_GONE: "already done: there is nothing left to delete",
}


def show(answer: Answer, *, verbose: bool = False) -> Iterator[Block]:
    """Yield what `explain` prints.

    Args:
        answer: The answer.
        verbose: Whether to show all remedies, details and sources.
    """
    if isinstance(answer, CheckAnswer):
        yield from _check(answer.check)
    elif isinstance(answer, ExitCodeAnswer):
        yield from _exit_code(answer)
    elif isinstance(answer, DiagnosisAnswer):
        yield from _diagnosis(answer, verbose=verbose)
    elif isinstance(answer, (KnownErrorAnswer, KnownErrorsAnswer)):
        yield from _known(answer, verbose=verbose)
    else:
        yield from _windows_error(answer.entry)


def _check(check: Check) -> Iterator[Block]:
    yield Paragraph(check.title, lead=f"{check.code}: ", bold=True)
    for heading, text in check.doc.parts:
        yield Gap()
        yield Paragraph(_joined(text), lead=f"{heading}: ", bold=True)
    yield Gap()
    yield Paragraph(f"See {check.url}")


def _joined(text: str) -> str:
    """Join the lines of a paragraph, unless it has a list."""
    is_list = re.search(r"^\s*([-*]|\d\.) ", text, re.MULTILINE)
    return text if is_list else " ".join(text.split())


def _windows_error(entry: WindowsError) -> Iterator[Block]:
    grace = "" if entry.grace is None else f" (for {entry.grace:g} s at most)"
    yield Paragraph(f"= {entry.name}", lead=f"WinError {entry.code} ", bold=True)
    yield Paragraph(entry.meaning)
    yield Paragraph(f"{_WHEN_DELETING[entry.delete]}{grace}.", lead="When deleting: ")
    yield Paragraph(entry.advice, lead="Advice: ")
    yield Paragraph(f"{entry.source}.", lead="Source: ")


def _exit_code(answer: ExitCodeAnswer) -> Iterator[Block]:
    yield Paragraph(f"{answer.meaning}.", lead=f"Exit code {answer.number}: ", bold=True)
    yield Gap()
    yield Paragraph(
        "The process died in native code. Start the app with this, and explain the output:"
    )
    yield Command("python -X faulthandler app.py", indent=2)


def _known(answer: KnownErrorAnswer | KnownErrorsAnswer, *, verbose: bool) -> Iterator[Block]:
    from winasr_doctor.catalogue.showing import show_entry, show_list

    if isinstance(answer, KnownErrorsAnswer):
        return show_list(answer.entries)
    return show_entry(answer.entry, answer.facts, verbose=verbose)


def _diagnosis(answer: DiagnosisAnswer, *, verbose: bool) -> Iterator[Block]:
    from winasr_doctor.diagnosis.showing import show as show_diagnosis

    similar = Table(tuple((f"{entry.id}:", entry.title) for entry in answer.similar), indent=2)
    if answer.similar and answer.diagnosis.primary is None:
        yield Paragraph("No known error has exactly this message. These have the same words:")
        yield Gap()
        yield similar
        yield Gap()
        yield Paragraph("See explain ID.")
        return
    yield from show_diagnosis(answer.diagnosis, verbose=verbose)
    if answer.similar:
        yield Gap()
        yield Paragraph("Known errors with the same words (see explain ID):")
        yield similar
