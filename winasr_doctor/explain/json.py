"""Describes an answer of `explain` as a JSON document."""

from __future__ import annotations

from typing import Literal

import msgspec

from winasr_doctor.explain.answers import (
    Answer,
    CheckAnswer,
    DiagnosisAnswer,
    ExitCodeAnswer,
    KnownErrorAnswer,
    KnownErrorsAnswer,
)


class CheckDocument(msgspec.Struct, frozen=True):
    """What `explain CODE --format json` prints about a check."""

    schema: Literal["winasr-doctor/check/1"]
    code: str
    title: str
    doc: str
    """Its documentation, in Markdown."""
    url: str


class WindowsErrorDocument(msgspec.Struct, frozen=True):
    """What `explain NUMBER --format json` prints about a Windows error."""

    schema: Literal["winasr-doctor/windows-error/1"]
    winerror: int
    name: str
    meaning: str
    delete: str
    """What it means for a deletion."""
    advice: str
    source: str


class ExitCodeDocument(msgspec.Struct, frozen=True):
    """What `explain NUMBER --format json` prints about a process's exit code."""

    schema: Literal["winasr-doctor/exit-code/1"]
    exit_code: int
    meaning: str


def document(answer: Answer) -> object:
    """Return the JSON document, or the list of documents, for an answer."""
    if isinstance(answer, CheckAnswer):
        check = answer.check
        return CheckDocument(
            schema="winasr-doctor/check/1",
            code=check.code,
            title=check.title,
            doc=check.doc.markdown,
            url=check.url,
        )
    if isinstance(answer, ExitCodeAnswer):
        return ExitCodeDocument(
            schema="winasr-doctor/exit-code/1", exit_code=answer.number, meaning=answer.meaning
        )
    if isinstance(answer, DiagnosisAnswer):
        from winasr_doctor.diagnosis.json import as_json

        return as_json(answer.diagnosis, (entry.id for entry in answer.similar))
    if isinstance(answer, (KnownErrorAnswer, KnownErrorsAnswer)):
        from winasr_doctor.catalogue.showing import entry_document, title_document

        if isinstance(answer, KnownErrorsAnswer):
            return [title_document(entry) for entry in answer.entries]
        return entry_document(answer.entry, answer.facts)
    entry = answer.entry
    return WindowsErrorDocument(
        schema="winasr-doctor/windows-error/1",
        winerror=entry.code,
        name=entry.name,
        meaning=entry.meaning,
        delete=entry.delete.value,
        advice=entry.advice,
        source=entry.source,
    )
