"""Converts a diagnosis to a JSON document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from winasr_doctor.catalogue.schema import Confidence
from winasr_doctor.catalogue.showing import (
    KnownErrorRemedyPart,
    KnownErrorSourcePart,
    remedies_as_json,
)
from winasr_doctor.diagnosis.core import Diagnosis
from winasr_doctor.diagnosis.nodes import ErrorNode


class ErrorPart(msgspec.Struct, frozen=True):
    """One exception; `type` is empty for a message without any."""

    type: str
    message: str
    winerror: int | None
    errno: int | None
    path: str | None


class SuspectPart(msgspec.Struct, frozen=True):
    """Who most likely holds the file, and why."""

    who: str
    why: str


class AdvicePart(msgspec.Struct, frozen=True):
    """A remedy with its steps as sentences."""

    title: str
    steps: tuple[str, ...]


class DiagnosisDocument(msgspec.Struct, frozen=True):
    """What `explain --format json` prints about an exception or a text."""

    schema: Literal["winasr-doctor/diagnosis/1"]
    phase: str
    kind: str
    id: str | None
    """The id of the known error in the catalogue."""
    cause: str
    confidence: Confidence
    primary: ErrorPart | None
    """The real error."""
    cleanup: tuple[ErrorPart, ...]
    """Errors from removing temporary files, which hid it if `hidden`; outermost first."""
    hidden: bool
    incomplete: bool
    path: str | None
    winerror: int | None
    suspect: SuspectPart
    holder: str | None
    """Who has the path open, if that was determined."""
    remedies: tuple[KnownErrorRemedyPart, ...]
    """Never empty."""
    advice: tuple[AdvicePart, ...]
    """The remedies as sentences."""
    others: int
    also: tuple[str, ...]
    """The names of the other errors in the text, with their ids in brackets."""
    source: tuple[KnownErrorSourcePart, ...]
    facts: dict[str, str]
    """Facts of this machine that the remedies use."""
    suggestions: tuple[str, ...] = ()
    """Ids of known errors with the same words, if none matches."""


def as_json(diagnosis: Diagnosis, suggestions: Iterable[str] = ()) -> dict[str, Any]:
    """Return a diagnosis as JSON values: those of `DiagnosisDocument`."""
    return {
        "schema": "winasr-doctor/diagnosis/1",
        "phase": diagnosis.phase.value,
        "kind": diagnosis.kind,
        "id": diagnosis.id,
        "cause": diagnosis.cause,
        "confidence": diagnosis.confidence,
        "primary": _node(diagnosis.primary),
        "cleanup": [_node(node) for node in diagnosis.cleanup],
        "hidden": diagnosis.hidden,
        "incomplete": diagnosis.incomplete,
        "path": diagnosis.path,
        "winerror": diagnosis.winerror,
        "suspect": diagnosis.suspect._asdict(),
        "holder": None if diagnosis.holding is None else str(diagnosis.holding),
        "remedies": remedies_as_json(diagnosis.remedies),
        "advice": [
            {"title": remedy.title, "steps": list(remedy.steps)} for remedy in diagnosis.advice
        ],
        "others": diagnosis.others,
        "also": list(diagnosis.also),
        "source": [{"ref": source.ref, "sure": source.sure} for source in diagnosis.source],
        "facts": dict(diagnosis.facts),
        "suggestions": list(suggestions),
    }


def _node(node: ErrorNode | None) -> dict[str, Any] | None:
    if node is None:
        return None
    return {
        "type": node.kind,
        "message": node.message,
        "winerror": node.winerror,
        "errno": node.errno,
        "path": node.path,
    }
