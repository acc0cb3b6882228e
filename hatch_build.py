"""Compiles the catalogue of known errors into two JSON files when a wheel is built."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TARGET = "winasr_doctor/catalogue/{}"


def compiled(folder: Path) -> list[dict[str, Any]]:
    """Return every entry below a folder without its samples, which only the tests read."""
    entries = []
    for file in sorted(folder.glob("*/*.toml")):
        entry = tomllib.loads(file.read_text(encoding="utf-8"))
        entry.pop("samples", None)
        entries.append({**entry, "family": file.parent.name})
    return entries


def foretold(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what a scan reads of the entries; see `winasr_doctor/catalogue/preflight.py`."""
    names = ("id", "family", "preflight")
    return [{name: entry[name] for name in names} for entry in entries if "preflight" in entry]


class CatalogueHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the compiled catalogue to a wheel; an editable installation reads the sources."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the JSON files beside the build and include them."""
        if version == "editable":
            return
        entries = compiled(Path(self.root, "winasr_doctor/catalogue/entries"))
        self._folder = tempfile.TemporaryDirectory(prefix="winasr_doctor-")
        self._include(build_data, "entries.json", entries)
        self._include(build_data, "preflight.json", foretold(entries))

    def _include(self, build_data: dict[str, Any], name: str, content: object) -> None:
        file = Path(self._folder.name, name)
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        file.write_text(text, encoding="utf-8", newline="\n")
        build_data["force_include"][str(file)] = TARGET.format(name)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Remove the files again."""
        if version != "editable":
            self._folder.cleanup()
