"""JSON Schemas (draft 2020-12) of the documents that this package writes and reads.

The files are generated from the types that decode the documents. `python -m winasr_doctor.schemas`
regenerates them, and a test checks that they match the types.
"""

from __future__ import annotations

import inspect
from importlib import import_module
from pathlib import Path
from typing import Any

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DOCUMENTS = {
    "report-1": ("report.json:ReportDocument", "A report of winasr_doctor"),
    "snapshot-1": ("machine.recorded:Snapshot", "A machine recorded by winasr_doctor"),
    "digest-1": ("report.digest_line:DigestLine", "A report of winasr_doctor in one line"),
    "fleet-1": ("fleet.document:FleetDocument", "A report about many machines"),
    "gate-1": ("gate.reports.json:GateDocument", "The result of winasr_doctor's gate"),
    "diagnosis-1": ("diagnosis.json:DiagnosisDocument", "A diagnosis of winasr_doctor"),
    "check-1": ("explain.json:CheckDocument", "A check, explained"),
    "exit-code-1": ("explain.json:ExitCodeDocument", "A process's exit code, explained"),
    "known-error-1": ("catalogue.showing:KnownErrorDocument", "A known error"),
    "known-error-title-1": (
        "catalogue.showing:KnownErrorTitleDocument",
        "The title of a known error",
    ),
    "windows-error-1": ("explain.json:WindowsErrorDocument", "A Windows error, explained"),
    "probe-1": ("probe.json:ProbeDocument", "The result of a probe"),
    "bug-report-1": ("bug_report.manifest:Manifest", "What is in a bug report"),
    "bug-report-written-1": ("bug_report.showing:BugReportDocument", "A finished bug report"),
    "envs-1": (
        "machine.interpreters.document:EnvsDocument",
        "Python environments found by winasr_doctor",
    ),
    "fix-1": ("fix.json:FixDocument", "The result of a fix"),
    "run-1": ("run.json:RunDocument", "The verdict of a run"),
    "selftest-1": ("selftest.json:SelfTestDocument", "The result of a self-test"),
    "sweep-1": ("locks.sweep_output:SweepDocument", "The result of a sweep"),
    "transcript-1": ("transcripts.document:TranscriptDocument", "Transcripts of recordings"),
    "who-1": ("locks.who_output:WhoDocument", "Who has one path open"),
}
"""The type that describes each document, as `MODULE:CLASS` in this package, and its title."""

NAMES = tuple(_DOCUMENTS)
FOLDER = Path(__file__).parent


def load(name: str) -> dict[str, Any]:
    """Return a schema that ships with the package.

    Args:
        name: One of `NAMES`.

    Raises:
        LookupError: There is no such schema.
    """
    if name not in NAMES:
        raise LookupError(f"no schema is called {name!r}; there are {', '.join(NAMES)}")
    import msgspec

    schema: dict[str, Any] = msgspec.json.decode((FOLDER / f"{name}.json").read_bytes())
    return schema


def generate(name: str) -> dict[str, Any]:
    """Generate a schema from the type that describes the document.

    Args:
        name: One of `NAMES`.
    """
    where, title = _DOCUMENTS[name]
    module, _, kind = where.partition(":")
    described = getattr(import_module(f"winasr_doctor.{module}"), kind)
    schema = _generate(described, name, title)
    return _with_severity(schema) if "ResultPart" in schema["$defs"] else schema


def _with_severity(schema: dict[str, Any]) -> dict[str, Any]:
    """Require that a result has a severity if, and only if, it fails."""
    fails = {"properties": {"status": {"const": "fail"}}}
    schema["$defs"]["ResultPart"] |= {
        "if": fails,
        "then": {"properties": {"severity": {"not": {"type": "null"}}}},
        "else": {"properties": {"severity": {"type": "null"}}},
    }
    return schema


def _generate(kind: type[Any], name: str, title: str) -> dict[str, Any]:
    import msgspec

    head = {"$schema": DIALECT, "$id": f"urn:winasr-doctor:{name}", "title": title}
    generated = msgspec.json.encode(msgspec.json.schema(kind))  # its tuples become lists
    schema = head | msgspec.json.decode(generated, type=dict[str, Any])
    for part in schema["$defs"].values():
        if "description" in part:  # a docstring; before 3.13 Python keeps its indentation
            part["description"] = inspect.cleandoc(part["description"])
    return schema


def write(folder: Path = FOLDER) -> None:
    """Write every generated schema to its file.

    Args:
        folder: The target folder; by default the package itself.
    """
    import msgspec

    for name in NAMES:
        text = msgspec.json.format(msgspec.json.encode(generate(name)), indent=2) + b"\n"
        (folder / f"{name}.json").write_bytes(text)
