"""Formats known errors and their remedies as text and as JSON values."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from winasr_doctor.catalogue.schema import KnownError, RemedyTemplate, StepTemplate
from winasr_doctor.catalogue.templates import Lookup, fitted

FULL_REMEDIES = 2
"""Number of remedies whose steps are shown without `-v`."""
_SET = re.compile(r"set (?P<name>\w+)=(?P<value>.*)")
_SURE = {"certain": "certain", "likely": "likely", "guess": "a guess"}


def printable(text: str) -> str:
    """Return a text with its control characters written as escapes."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def wrapped(text: str, width: int) -> str:
    """Wrap a paragraph into lines; a path or a long word is never broken."""
    return textwrap.fill(
        text, width, subsequent_indent="     ", break_long_words=False, break_on_hyphens=False
    )


def what_to_do(remedies: tuple[RemedyTemplate, ...], width: int, *, verbose: bool) -> Iterator[str]:
    """Yield the lines of "What to do": numbered remedies, the first ones with their steps.

    Args:
        remedies: The remedies, with their facts filled in.
        width: Columns to fill; a command is on its own line, unbroken, for copying.
        verbose: Whether to show the steps of all remedies.
    """
    yield "What to do"
    full = remedies if verbose else remedies[:FULL_REMEDIES]
    for number, remedy in enumerate(full, 1):
        yield wrapped(f"{number}. {printable(remedy.title)}", width)
        for step in remedy.steps:
            yield from _step(step, width)
    rest = [remedy.title for remedy in remedies[len(full) :]]
    if rest:
        yield wrapped(f"More ways (-v shows them): {printable('; '.join(rest))}", width)


def _step(step: StepTemplate, width: int) -> Iterable[str]:
    admin = " (needs an administrator)" if step.needs_admin else ""
    yield wrapped(f"   - {printable(step.text)}{admin}", width)
    if step.command:
        yield f"       {printable(step.command)}"
        setting = _SET.fullmatch(step.command)
        if setting:
            yield f'       (PowerShell: $env:{setting["name"]} = "{setting["value"]}")'


def filled(entry: KnownError, lookup: Lookup) -> tuple[RemedyTemplate, ...]:
    """Return the remedies that fit a machine, with its facts filled in; at least one."""
    return fitted(entry.remedies, lookup) or fitted(entry.remedies, lambda _fact: None)


def format_entry(
    entry: KnownError, lookup: Lookup, width: int = 80, *, verbose: bool = False
) -> str:
    """Return a known error as plain text.

    Args:
        entry: The known error.
        lookup: Facts of the machine.
        width: Columns to fill.
        verbose: Whether to show every remedy, the affected frameworks and the sources.
    """
    lines = [
        wrapped(f"{entry.id}: {printable(entry.title)}", width),
        "",
        wrapped(f"Cause: {entry.cause}", width),
        "",
        *what_to_do(filled(entry, lookup), width, verbose=verbose),
    ]
    if verbose:
        lines += ["", *(wrapped(f"{label}: {text}", width) for label, text in _details(entry))]
    return "\n".join(lines) + "\n"


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


def format_list(entries: Iterable[KnownError]) -> str:
    """Return one line per known error, by family."""
    lines: list[str] = []
    for family, members in groupby(entries, key=lambda entry: entry.family):
        lines += [*([""] if lines else []), family]
        lines += [f"  {entry.id:<32} {_short(entry.title)}" for entry in members]
    return "\n".join(lines) + "\n"


def _short(title: str, longest: int = 64) -> str:
    return title if len(title) <= longest else f"{title[: longest - 4]} ..."


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


def entry_as_json(entry: KnownError, lookup: Lookup) -> dict[str, Any]:
    """Return a known error as JSON values."""
    return {
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
