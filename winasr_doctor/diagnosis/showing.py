"""Shows a diagnosis as blocks."""

from __future__ import annotations

from collections.abc import Iterator

from winasr_doctor._util.blocks import Block, Command, Gap, Paragraph
from winasr_doctor.catalogue.showing import show_remedies
from winasr_doctor.diagnosis.answering import shown
from winasr_doctor.diagnosis.core import Diagnosis, FailurePhase
from winasr_doctor.diagnosis.kinds import NOTHING, UNKNOWN

_WHAT = {
    FailurePhase.LOAD: "Loading the model failed.",
    FailurePhase.TRANSCRIBE: "Transcribing failed.",
    FailurePhase.DOWNLOAD: "Downloading the model failed.",
    FailurePhase.IMPORT: "Importing failed.",
    FailurePhase.UNKNOWN: "Something failed; the text does not show during which step.",
}
_SURE = {"certain": "", "likely": " (likely)", "guess": " (a guess)"}
_SHORT, _LONG = 240, 600
"""Maximum number of characters of a message that are shown without and with `-v`."""


def show(diagnosis: Diagnosis, *, verbose: bool = True) -> Iterator[Block]:
    """Yield a diagnosis: the cause, the errors, and what to do.

    Args:
        diagnosis: The result of `diagnose`.
        verbose: Whether to show every remedy with its steps, whole messages and the sources.
    """
    for label, value in _rows(diagnosis, verbose=verbose):
        if label == "File":
            yield Command(f"File: {value}")
        else:
            yield Paragraph(value, lead=f"{label}: ", bold=True)
    yield Gap()
    yield from show_remedies(diagnosis.remedies, verbose=verbose)
    if diagnosis.facts:
        used = ", ".join(f"{name} {value}" for name, value in diagnosis.facts.items())
        yield Paragraph(used, lead="Filled in from this machine: ")


def _rows(diagnosis: Diagnosis, *, verbose: bool) -> Iterator[tuple[str, str]]:
    if verbose or diagnosis.phase is not FailurePhase.UNKNOWN:
        yield "What failed", _WHAT[diagnosis.phase]
    yield "Cause", _cause(diagnosis, verbose=verbose)
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
        yield "Beware", "this is only the last line; it may hide the real error"
    if diagnosis.also:
        yield "Also in the text", "; ".join(diagnosis.also)
    if verbose and diagnosis.source:
        yield "Source", "; ".join(f"{source.ref} [{source.sure}]" for source in diagnosis.source)
    if diagnosis.id:
        yield "Known as", diagnosis.id


def _cause(diagnosis: Diagnosis, *, verbose: bool) -> str:
    if diagnosis.kind == UNKNOWN and not diagnosis.source and diagnosis.primary is not None:
        return "unknown. No known error matches; the steps below help you investigate."
    sure = "" if diagnosis.kind == NOTHING else _SURE[diagnosis.confidence]
    return _cut(diagnosis.cause, verbose=verbose) + sure


def _cut(text: str, *, verbose: bool) -> str:
    line, longest = " ".join(text.split()), _LONG if verbose else _SHORT
    return line if len(line) <= longest else f"{line[:longest]} ..."
