"""Entries for the tests of the catalogue."""

from __future__ import annotations

from pathlib import Path

import msgspec

from winasr_doctor.catalogue import KnownError

SOURCES = Path(__file__).parents[2] / "winasr_doctor" / "catalogue" / "entries"
"""The data files: an installed package has them compiled, and without samples."""


def entry(**changes: object) -> KnownError:
    """Return a correct entry with some parts replaced, as they stand in TOML."""
    content = {
        "id": "too-loud",
        "title": "Signal is too loud",
        "cause": "The recording is too loud.",
        "confidence": "certain",
        "family": "audio",
        "affects": [{"framework": "acme"}],
        "match": [{"text": ["signal is too loud"]}],
        "remedies": [{"title": "Turn it down", "steps": [{"text": "Use the knob"}]}],
        "source": [{"ref": "acme/acme#1", "sure": "thread"}],
        "samples": [
            {"text": "AcmeError: Signal is too loud"},
            {"text": "failed: signal is too loud"},
            {"text": "signal is loud", "instead": "a remark"},
        ],
    }
    return msgspec.convert({**content, **changes}, KnownError)
