"""Shows known errors and their remedies as blocks, and as JSON documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, Literal

import msgspec

from winasr_doctor._util.blocks import Block, Command, Gap, Paragraph, Table, heading
from winasr_doctor._util.lazy_patterns import lazy_pattern
from winasr_doctor.catalogue.schema import Confidence, KnownError, RemedyTemplate, StepTemplate
from winasr_doctor.catalogue.templates import Lookup, fitted

FULL_REMEDIES = 2
"""Number of remedies whose steps are shown without `-v`."""
_SET = lazy_pattern(r"set (?P<name>\w+)=(?P<value>.*)")
_SURE = {"certain": "certain", "likely": "likely", "guess": "a guess"}


def show_remedies(remedies: tuple[RemedyTemplate, ...], *, verbose: bool) -> Iterator[Block]:
    """Yield "What to do": numbered remedies, the first ones with their steps.

    Args:
        remedies: The remedies, with their facts filled in.
        verbose: Whether to show the steps of all remedies.
    """
    yield Paragraph("", lead="What to do", bold=True)
    full = remedies if verbose else remedies[:FULL_REMEDIES]
    for number, remedy in enumerate(full, 1):
        yield Paragraph(remedy.title, lead=f"{number}. ")
        for step in remedy.steps:
            yield from _step(step)
    rest = [remedy.title for remedy in remedies[len(full) :]]
    if rest:
        yield Paragraph("; ".join(rest), lead="More ways (-v shows them): ")


def _step(step: StepTemplate) -> Iterator[Block]:
    admin = " (needs an administrator)" if step.needs_admin else ""
    yield Paragraph(f"{step.text}{admin}", lead="- ", indent=3)
    if step.command:
        yield Command(step.command, indent=7)
        setting = _SET.fullmatch(step.command)
        if setting:
            typed = f'$env:{setting["name"]} = "{setting["value"]}"'
            yield Command(f"(PowerShell: {typed})", indent=7)


def filled(entry: KnownError, lookup: Lookup) -> tuple[RemedyTemplate, ...]:
    """Return the remedies that fit a machine, with its facts filled in; at least one."""
    return fitted(entry.remedies, lookup) or fitted(entry.remedies, lambda _fact: None)


def show_entry(entry: KnownError, lookup: Lookup, *, verbose: bool = False) -> Iterator[Block]:
    """Yield a known error: its cause, and what to do.

    Args:
        entry: The known error.
        lookup: Facts of the machine.
        verbose: Whether to show every remedy, the affected frameworks and the sources.
    """
    yield Paragraph(entry.title, lead=f"{entry.id}: ", bold=True)
    yield Gap()
    yield Paragraph(entry.cause, lead="Cause: ", bold=True)
    yield Gap()
    yield from show_remedies(filled(entry, lookup), verbose=verbose)
    if verbose:
        yield Gap()
        yield from (Paragraph(text, lead=f"{label}: ") for label, text in _details(entry))


def _details(entry: KnownError) -> Iterator[tuple[str, str]]:
    yield "Affects", ", ".join(f"{a.framework} {a.versions}".strip() for a in entry.affects)
    yield "When recognised, it is", _SURE[entry.confidence]
    if entry.precheck:
        yield "Seen beforehand by", entry.precheck
    if entry.preflight:
        checks = sorted({picture.check for picture in entry.preflight})
        yield "A scan reports it as", ", ".join(checks)
    if entry.see:
        yield "See also", ", ".join(entry.see)
    yield "Source", "; ".join(f"{source.ref} [{source.sure}]" for source in entry.source)


def show_list(entries: Iterable[KnownError]) -> Iterator[Block]:
    """Yield the title of each known error, by family."""
    for family, members in groupby(entries, key=lambda entry: entry.family):
        yield from heading(family)
        yield Table(tuple((entry.id, entry.title) for entry in members), indent=2)


def remedies_as_json(remedies: Iterable[RemedyTemplate]) -> list[dict[str, Any]]:
    """Return remedies as in the plan of a report."""
    return [
        {
            "title": remedy.title,
            "steps": [_step_as_json(step) for step in remedy.steps],
            "automatic": False,
            "cures": [],
        }
        for remedy in remedies
    ]


def _step_as_json(step: StepTemplate) -> dict[str, Any]:
    command = {"command": step.command} if step.command else {}
    return {"text": step.text, **command, "needs_admin": step.needs_admin}


class AffectsPart(msgspec.Struct, frozen=True):
    """A framework and the versions that have the error."""

    framework: str
    versions: str


class KnownErrorSourcePart(msgspec.Struct, frozen=True):
    """The source of the knowledge, and how sure it is."""

    ref: str
    sure: str


class KnownErrorStepPart(msgspec.Struct, frozen=True, omit_defaults=True):
    """One step of a remedy, perhaps with a line to type."""

    text: str
    needs_admin: bool
    command: str = ""


class KnownErrorRemedyPart(msgspec.Struct, frozen=True):
    """One way out, as in the plan of a report.

    `automatic` says whether `fix --apply` can perform it; `cures` has codes of checks.
    """

    title: str
    steps: tuple[KnownErrorStepPart, ...]
    automatic: bool
    cures: tuple[str, ...]


class KnownErrorDocument(msgspec.Struct, frozen=True):
    """What `explain ID --format json` prints about a known error."""

    schema: Literal["winasr-doctor/known-error/1"]
    id: str
    family: str
    title: str
    cause: str
    confidence: Confidence
    role: str
    affects: tuple[AffectsPart, ...]
    remedies: tuple[KnownErrorRemedyPart, ...]
    source: tuple[KnownErrorSourcePart, ...]
    see: tuple[str, ...]
    precheck: str


class KnownErrorTitleDocument(msgspec.Struct, frozen=True):
    """One known error; `explain --list --format json` prints a list of these."""

    schema: Literal["winasr-doctor/known-error-title/1"]
    id: str
    family: str
    title: str
    cause: str


def title_document(entry: KnownError) -> KnownErrorTitleDocument:
    """Return the JSON document that names a known error."""
    return KnownErrorTitleDocument(
        schema="winasr-doctor/known-error-title/1",
        id=entry.id,
        family=entry.family,
        title=entry.title,
        cause=entry.cause,
    )


def entry_document(entry: KnownError, lookup: Lookup) -> dict[str, Any]:
    """Return a known error as JSON values: those of `KnownErrorDocument`.

    Args:
        entry: The known error.
        lookup: Facts of the machine, for its remedies.
    """
    return {
        "schema": "winasr-doctor/known-error/1",
        "id": entry.id,
        "family": entry.family,
        "title": entry.title,
        "cause": entry.cause,
        "confidence": entry.confidence,
        "role": entry.role,
        "affects": [{"framework": a.framework, "versions": a.versions} for a in entry.affects],
        "remedies": remedies_as_json(filled(entry, lookup)),
        "source": [{"ref": source.ref, "sure": source.sure} for source in entry.source],
        "see": list(entry.see),
        "precheck": entry.precheck,
    }
