"""Redacts a recorded machine."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec

from winasr_doctor.machine.recorded import Snapshot
from winasr_doctor.machine.redaction import fields
from winasr_doctor.machine.redaction.redactor import Redactor, map_strings

_IMPERSONAL = ("system", "memory", "gpus")
"""Sections that hold only product names and numbers."""

_TEXTS = ("note", "unreadable", "not_applicable")


def redact_snapshot(snapshot: Snapshot, redactor: Redactor) -> Snapshot:
    """Return a snapshot with every name and secret in it replaced.

    Args:
        snapshot: The snapshot of a machine, not redacted.
        redactor: The redactor, which first learns the names from the snapshot.

    Returns:
        A new snapshot; its `schema` and its enumerated values are never touched.
    """
    tree = msgspec.to_builtins(snapshot)
    texts = {key: tree[key] for key in _TEXTS if key in tree}
    sections = {k: v for k, v in tree["sections"].items() if k not in _IMPERSONAL}
    _learn(texts, sections, redactor)
    keep = _enumerated_values()

    def change(text: str) -> str:
        return text if text in keep else redactor.text(text)

    for name, section in sections.items():
        tree["sections"][name] = _section(name, section, change, redactor)
    tree.update({key: _text_fields(value, change) for key, value in texts.items()})
    return msgspec.convert(tree, type(snapshot))


def _learn(texts: dict[str, Any], sections: dict[str, Any], redactor: Redactor) -> None:
    by_meaning = {k: v for k, v in sections.items() if k != "packages"}
    fields.variables((sections.get("environment") or {}).get("variables", {}), redactor)
    redactor.learn([by_meaning, texts])
    cache = sections.get("hub_cache") or {}
    for repo in (*cache.get("repos", ()), *cache.get("shadows", ())):
        fields.know_repository(repo.get("repo_id"), redactor)
    fields.know_libraries((sections.get("sync_roots") or {}).get("items", ()), redactor)


def _section(
    name: str, section: dict[str, Any] | None, change: Callable[[str], str], redactor: Redactor
) -> dict[str, Any] | None:
    """Change a section's strings, but not its field names."""
    if section is None:
        return None
    if name == "packages":
        versions = fields.packages(section.get("versions", {}), redactor)
        return {**section, "versions": versions}
    changed = {field: _item(value, change, redactor) for field, value in section.items()}
    if name == "environment":
        values = section.get("variables", {})
        changed["variables"] = fields.variables(values, redactor)
    if name == "interpreter":  # where code is, but not the code
        changed["startup"] = [{**each, "text": ""} for each in changed.get("startup") or ()]
    return changed


def _item(value: Any, change: Callable[[str], str], redactor: Redactor) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, (list, tuple)) and all(isinstance(each, dict) for each in value):
        return [_record(each, change, redactor) for each in value]
    return map_strings(value, change)


def _record(
    record: dict[str, Any], change: Callable[[str], str], redactor: Redactor
) -> dict[str, Any]:
    changed = {field: _item(value, change, redactor) for field, value in record.items()}
    if "repo_id" in record:
        changed["repo_id"] = fields.repository(record["repo_id"], redactor)
    return changed


def _text_fields(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401 - any JSON
    """Change the sentences in `unreadable` and similar fields, but not their section names."""
    if isinstance(value, dict):
        return {key: _text_fields(item, change) for key, item in value.items()}
    return map_strings(value, change)


@lru_cache(maxsize=1)
def _enumerated_values() -> frozenset[str]:
    return _enumerated(msgspec.json.schema(Snapshot))


def _enumerated(schema: object) -> frozenset[str]:
    """Return every enumerated value of a schema."""
    if isinstance(schema, dict):
        own = schema.get("enum", ())
        return frozenset(own).union(*map(_enumerated, schema.values()))
    if isinstance(schema, list):
        return frozenset().union(*map(_enumerated, schema))
    return frozenset()
