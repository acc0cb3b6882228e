"""The recordings that ship with the package, and their texts."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

MODEL = "tiny"
"""The loader's name for the model that ships with the package."""

_FACTS = "tiny-tdt.json"


class BundledRecording(NamedTuple):
    """One recording and its text."""

    path: Path
    text: str


def recordings() -> tuple[BundledRecording, ...]:
    """Return every bundled recording; the wheel is never run from an archive."""
    data = Path(str(files("winasr_doctor") / "data"))
    facts = json.loads((data / _FACTS).read_text(encoding="utf-8"))
    return tuple(
        BundledRecording(data / each["file"], each["text"]) for each in facts["recordings"]
    )
