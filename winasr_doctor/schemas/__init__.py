"""JSON Schemas (draft 2020-12) of the documents that this package writes and reads.

The files are generated from the types that decode the documents. `python -m winasr_doctor.schemas`
regenerates them, and a test checks that they match the types.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NAMES = ("report-1", "snapshot-1", "gate-1", "diagnosis-1", "envs-1")
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


def snapshot_schema() -> dict[str, Any]:
    """Generate the schema of a recorded machine from the type that decodes it."""
    from winasr_doctor.machine.recorded import Snapshot

    return _generate(Snapshot, "snapshot-1", "A machine recorded by winasr_doctor")


def report_schema() -> dict[str, Any]:
    """Generate the schema of a JSON report from the type that encodes it."""
    from winasr_doctor.report.json import ReportDocument

    return _with_severity(_generate(ReportDocument, "report-1", "A report of winasr_doctor"))


def gate_schema() -> dict[str, Any]:
    """Generate the schema of the gate's JSON from the type that encodes it."""
    from winasr_doctor.gate.reports.json import GateDocument

    return _with_severity(_generate(GateDocument, "gate-1", "What winasr_doctor's gate came to"))


def diagnosis_schema() -> dict[str, Any]:
    """Generate the schema of a diagnosis from the type that describes it."""
    from winasr_doctor.diagnosis.json import DiagnosisDocument

    return _generate(DiagnosisDocument, "diagnosis-1", "A diagnosis of winasr_doctor")


def envs_schema() -> dict[str, Any]:
    """Generate the schema of the list of environments from the type that encodes it."""
    from winasr_doctor.machine.interpreters.document import EnvsDocument

    return _generate(EnvsDocument, "envs-1", "Python environments found by winasr_doctor")


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

    made = (report_schema(), snapshot_schema(), gate_schema(), diagnosis_schema(), envs_schema())
    for name, schema in zip(NAMES, made, strict=True):
        text = msgspec.json.format(msgspec.json.encode(schema), indent=2) + b"\n"
        (folder / f"{name}.json").write_bytes(text)
