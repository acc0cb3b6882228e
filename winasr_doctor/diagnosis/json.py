"""A diagnosis as JSON values."""

from __future__ import annotations

from typing import Any

from winasr_doctor.catalogue import Remedy
from winasr_doctor.diagnosis.core import Diagnosis
from winasr_doctor.diagnosis.nodes import ErrorNode


def as_json(diagnosis: Diagnosis) -> dict[str, Any]:
    """Return a diagnosis as JSON values."""
    return {
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
        "remedies": [_remedy(remedy) for remedy in diagnosis.remedies],
        "advice": [
            {"title": remedy.title, "steps": list(remedy.steps)} for remedy in diagnosis.advice
        ],
        "others": diagnosis.others,
        "also": list(diagnosis.also),
        "source": [{"ref": source.ref, "sure": source.sure} for source in diagnosis.source],
        "facts": dict(diagnosis.facts),
    }


def _remedy(remedy: Remedy) -> dict[str, Any]:
    steps = []
    for step in remedy.steps:
        command = {"command": step.command} if step.command else {}
        steps.append({"text": step.text, **command, "needs_admin": step.needs_admin})
    return {"title": remedy.title, "steps": steps, "automatic": False}


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
