"""A diagnosis for people."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator

from winasr_doctor.catalogue import Remedy, Step
from winasr_doctor.diagnosis.answering import shown
from winasr_doctor.diagnosis.core import Diagnosis, Phase

_WHAT = {
    Phase.LOAD: "Loading the model failed.",
    Phase.TRANSCRIBE: "Transcribing failed.",
    Phase.DOWNLOAD: "Downloading the model failed.",
    Phase.IMPORT: "Importing failed.",
    Phase.UNKNOWN: "Something failed; what was going on is not known.",
}
_SURE = {"certain": "", "likely": " (likely)", "guess": " (a guess)"}
_SHORT, _LONG = 240, 600
"""Characters of a message that are shown without and with `-v`."""
_FULL_REMEDIES = 2
"""Remedies whose steps are shown without `-v`."""
_SET = re.compile(r"set (?P<name>\w+)=(?P<value>.*)")


def format_diagnosis(diagnosis: Diagnosis, width: int = 80, *, verbose: bool = True) -> str:
    """Return a diagnosis as plain text.

    Args:
        diagnosis: What `diagnose` said.
        width: Columns to fill; a path is never broken.
        verbose: Whether to show every remedy with its steps, whole messages and the sources.
    """
    rows = list(_rows(diagnosis, verbose=verbose))
    lines = [_wrapped(f"{label}: {_printable(value)}", width) for label, value in rows]
    lines += ["", "What to do", *_what_to_do(diagnosis.remedies, width, verbose=verbose)]
    if diagnosis.facts:
        used = ", ".join(f"{name} {value}" for name, value in diagnosis.facts.items())
        lines.append(_wrapped(f"Filled in from this machine: {_printable(used)}", width))
    return "\n".join(lines) + "\n"


def _rows(diagnosis: Diagnosis, *, verbose: bool) -> Iterator[tuple[str, str]]:
    if verbose or diagnosis.phase is not Phase.UNKNOWN:
        yield "What failed", _WHAT[diagnosis.phase]
    sure = _SURE[diagnosis.confidence] if diagnosis.id else ""
    yield "Cause", _cut(diagnosis.cause, verbose=verbose) + sure
    if diagnosis.primary is not None:
        label = "The real error" if diagnosis.hidden else "Error"
        yield label, _cut(shown(diagnosis.primary), verbose=verbose)
    if diagnosis.hidden:
        yield "Hidden behind", _cut(shown(diagnosis.cleanup[0]), verbose=verbose)
    if diagnosis.path is not None:
        yield "File", diagnosis.path
    if diagnosis.cleanup:
        yield "Held by", f"{diagnosis.suspect.who}: {diagnosis.suspect.why}"
    if diagnosis.incomplete and diagnosis.cleanup:
        yield "Beware", "only the last line is known; the real error may be hidden behind it"
    if diagnosis.also:
        yield "Also in the text", "; ".join(diagnosis.also)
    if verbose and diagnosis.source:
        yield "Source", "; ".join(f"{source.ref} [{source.sure}]" for source in diagnosis.source)
    if diagnosis.id:
        yield "Known as", diagnosis.id


def _cut(text: str, *, verbose: bool) -> str:
    line, longest = " ".join(text.split()), _LONG if verbose else _SHORT
    return line if len(line) <= longest else f"{line[:longest]} ..."


def _what_to_do(remedies: tuple[Remedy, ...], width: int, *, verbose: bool) -> Iterator[str]:
    full = remedies if verbose else remedies[:_FULL_REMEDIES]
    for number, remedy in enumerate(full, 1):
        yield _wrapped(f"{number}. {_printable(remedy.title)}", width)
        for step in remedy.steps:
            yield from _step(step, width)
    rest = [remedy.title for remedy in remedies[len(full) :]]
    if rest:
        yield _wrapped(f"More ways (-v shows them): {_printable('; '.join(rest))}", width)


def _step(step: Step, width: int) -> Iterable[str]:
    """Yield a step; a command stands on its own line, unbroken, so that it can be copied."""
    admin = " (needs an administrator)" if step.needs_admin else ""
    yield _wrapped(f"   - {_printable(step.text)}{admin}", width)
    if step.command:
        yield f"       {_printable(step.command)}"
        setting = _SET.fullmatch(step.command)
        if setting:
            yield f'       (PowerShell: $env:{setting["name"]} = "{setting["value"]}")'


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def _wrapped(text: str, width: int) -> str:
    return textwrap.fill(
        text, width, subsequent_indent="     ", break_long_words=False, break_on_hyphens=False
    )
