"""Renders the report as SARIF 2.1.0, for code-scanning pages and editors.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0", whose sections
are named below. A finding about the machine has no position in a file, so it gets a logical
location. GitHub only accepts results with a physical one, so upload a scan of the families `APP`
and `REV` (`--select APP --select REV`).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

from winasr_doctor._util.lazy_patterns import lazy_pattern
from winasr_doctor.findings import FAMILIES, Report, Result, Status, Suppression
from winasr_doctor.report import summaries
from winasr_doctor.report.escaping import plain_mapping, utf8, visible
from winasr_doctor.report.interface import RenderOptions
from winasr_doctor.report.json import dump
from winasr_doctor.report.uris import artifact_uri

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)

_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
"""Our severities as SARIF's levels (3.27.10)."""

_NOTIFIED = {Status.CRASH: "error", Status.UNKNOWN: "note"}
"""Statuses that are about the run rather than the machine, and their level (3.58.6)."""

_FINGERPRINT = "winasrDoctor/v1"
_MOVING = lazy_pattern(r"(?:^|_)(?:lines?|columns?)$")
"""Evidence that changes when code moves."""


def render(report: Report, options: RenderOptions) -> str:  # noqa: ARG001 - one interface
    """Write a report as SARIF."""
    codes = list(dict.fromkeys(result.code for result in report.results))
    first = {result.code: result for result in reversed(report.results)}
    index = {code: number for number, code in enumerate(codes)}
    run = {
        "tool": {
            "driver": {
                "name": utf8(report.tool.name),
                "version": utf8(report.tool.version),
                "rules": [_rule(first[code]) for code in codes],
            }
        },
        "invocations": [_invocation(report, index)],
        "columnKind": "unicodeCodePoints",
        "results": _results(report, index),
        "properties": {"host": plain_mapping(report.host), "verdict": report.verdict.value},
    }
    return dump({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}) + "\n"


def _rule(result: Result) -> dict[str, Any]:
    code, title, doc = result.code, result.title, result.documentation
    family = code[:3]
    text = doc.markdown or title
    return {
        "id": utf8(code),
        "shortDescription": _message(title),
        "fullDescription": _message(doc.what or title),
        "help": {"text": _text(text), "markdown": _text(text)},
        "properties": {"tags": [utf8(tag) for tag in (family, FAMILIES.get(family)) if tag]},
    }


def _text(text: str) -> str:
    """Make a text fit for a message: never empty, and `](` never an accidental link (3.11.6)."""
    return visible(text).replace("](", "] (") or " "


def _message(text: str) -> dict[str, str]:
    return {"text": _text(text)}


def _invocation(report: Report, index: dict[str, int]) -> dict[str, Any]:
    notifications = [
        {
            "level": _NOTIFIED[result.status],
            "message": _message(f"{result.code}: {result.summary}"),
            "associatedRule": {"id": utf8(result.code), "index": index[result.code]},
            "properties": {"evidence": plain_mapping(result.evidence)},
        }
        for result in report.results
        if result.status in _NOTIFIED
    ]
    notifications += [
        {"level": "warning", "message": _message(sentence)} for sentence in report.unreadable
    ]
    crashed = any(result.status is Status.CRASH for result in report.results)
    return {"executionSuccessful": not crashed, "toolExecutionNotifications": notifications}


def _results(report: Report, index: dict[str, int]) -> list[dict[str, Any]]:
    seen: Counter[str] = Counter()
    found = []
    for result in report.results:
        if result.status is Status.FAIL or result.suppression is not None:
            identity = _identity(result)
            seen[identity] += 1
            print_ = hashlib.sha256(f"{identity}\n{seen[identity]}".encode()).hexdigest()
            found.append(_result(result, index[result.code], print_))
    return found


def _result(result: Result, index: int, fingerprint: str) -> dict[str, Any]:
    remedies = [
        {"title": utf8(r.title), "steps": list(map(utf8, r.steps)), "automatic": r.automatic}
        for r in result.remedies
    ]
    return {
        "ruleId": utf8(result.code),
        "ruleIndex": index,
        "level": _LEVELS[result.severity.value] if result.severity else "note",
        "message": _message(_words(result)),
        "locations": [_location(result)],
        "partialFingerprints": {_FINGERPRINT: fingerprint},
        "suppressions": _suppressions(result.suppression),
        "properties": {"evidence": plain_mapping(result.evidence), "remedies": remedies},
    }


def _words(result: Result) -> str:
    """Write the summary and where to start; viewers list the first line."""
    start = summaries.first_step(result)
    return f"{result.summary}\n\n{start}" if start else result.summary


def _location(result: Result) -> dict[str, Any]:
    where = result.location
    if where is None:
        name = utf8(FAMILIES.get(result.family, result.family))
        qualified = f"machine::{utf8(result.family)}"
        logical = {"name": name, "fullyQualifiedName": qualified, "kind": "resource"}
        return {"logicalLocations": [logical]}
    physical: dict[str, Any] = {"artifactLocation": {"uri": artifact_uri(where.file)}}
    if where.line is not None:
        physical["region"] = {"startLine": where.line}
        if where.column is not None:
            physical["region"]["startColumn"] = where.column
    return {"physicalLocation": physical}


def _suppressions(suppression: Suppression | None) -> list[dict[str, Any]]:
    """Return how the source silences a result; SARIF wants all results to say (3.27.23)."""
    if suppression is None:
        return []
    reason = _text(suppression.reason)
    justification = {"justification": reason} if reason else {}
    return [{"kind": "inSource", "status": "accepted", **justification}]


def _identity(result: Result) -> str:
    """Return the parts of a result that stay the same when the code around it moves.

    A finding about the machine is identified by its code alone, one in a file also by the file and
    the text of its evidence.
    """
    where = result.location
    if where is None:
        return utf8(result.code)
    words = sorted(
        f"{name}={value}"
        for name, value in plain_mapping(result.evidence).items()
        if isinstance(value, str) and name not in {"file", "reason"} and not _MOVING.search(name)
    )
    return "\n".join([utf8(result.code), artifact_uri(where.file), *words])
