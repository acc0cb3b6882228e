"""A diagnosis for people, and as JSON values."""

from __future__ import annotations

import textwrap
from typing import Any

from winasr_doctor.diagnosis.core import Diagnosis, Phase, shown
from winasr_doctor.diagnosis.nodes import ErrorNode

_WHAT = {
    Phase.LOAD: "Loading the model failed.",
    Phase.TRANSCRIBE: "Transcribing failed.",
    Phase.DOWNLOAD: "Downloading the model failed.",
    Phase.IMPORT: "Importing failed.",
    Phase.UNKNOWN: "Something failed; what was going on is not known.",
}


_LONGEST = 600
"""Characters of an error's text that are shown."""


def _shown(node: ErrorNode) -> str:
    return _in_a_line(shown(node))


def _in_a_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]} ..."


def format_diagnosis(diagnosis: Diagnosis, width: int = 80) -> str:
    """Return a diagnosis as plain text.

    Args:
        diagnosis: What `diagnose` said.
        width: Columns to fill; a path is never broken.
    """
    rows = [("What failed", _WHAT[diagnosis.phase]), ("Cause", _in_a_line(diagnosis.cause))]
    if diagnosis.primary is not None:
        label = "The real error" if diagnosis.hidden else "Error"
        rows.append((label, _shown(diagnosis.primary)))
    if diagnosis.hidden:
        rows.append(("Hidden behind", _shown(diagnosis.cleanup[0])))
    if diagnosis.path is not None:
        rows.append(("File", diagnosis.path))
    if diagnosis.cleanup:
        rows.append(("Held by", f"{diagnosis.suspect.who}: {diagnosis.suspect.why}"))
    if diagnosis.incomplete and diagnosis.cleanup:
        rows.append(
            ("Beware", "only the last line is known; the real error may be hidden behind it")
        )
    if diagnosis.also:
        rows.append(("Also in the text", "; ".join(diagnosis.also)))
    lines = [_wrapped(f"{label}: {_printable(value)}", width) for label, value in rows]
    lines.append("\nWhat to do")
    for number, remedy in enumerate(diagnosis.advice, 1):
        lines.append(f"{number}. {remedy.title}")
        lines.extend(_wrapped(f"   - {_printable(step)}", width) for step in remedy.steps)
    return "\n".join(lines) + "\n"


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def _wrapped(text: str, width: int) -> str:
    return textwrap.fill(
        text, width, subsequent_indent="     ", break_long_words=False, break_on_hyphens=False
    )


def as_json(diagnosis: Diagnosis) -> dict[str, Any]:
    """Return a diagnosis as JSON values."""
    return {
        "phase": diagnosis.phase.value,
        "kind": diagnosis.kind,
        "cause": diagnosis.cause,
        "primary": _node(diagnosis.primary),
        "cleanup": [_node(node) for node in diagnosis.cleanup],
        "hidden": diagnosis.hidden,
        "incomplete": diagnosis.incomplete,
        "path": diagnosis.path,
        "winerror": diagnosis.winerror,
        "suspect": diagnosis.suspect._asdict(),
        "advice": [
            {"title": remedy.title, "steps": list(remedy.steps)} for remedy in diagnosis.advice
        ],
        "others": diagnosis.others,
        "also": list(diagnosis.also),
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
