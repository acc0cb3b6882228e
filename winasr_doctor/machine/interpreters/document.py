"""The JSON document that lists a machine's Python environments."""

from __future__ import annotations

from typing import Literal

import msgspec

from winasr_doctor.machine.interpreters.model import FoundEnvironment, FoundEnvironments


class EnvsDocument(msgspec.Struct, frozen=True):
    """What `envs --format json` prints."""

    schema: Literal["winasr-doctor/envs/1"]
    environments: tuple[FoundEnvironment, ...]
    """Those with NeMo first."""
    complete: bool
    """`False` if there was more to look at than the time allowed."""


def encode(found: FoundEnvironments) -> str:
    """Return the environments as indented JSON, ending in a newline."""
    document = EnvsDocument("winasr-doctor/envs/1", found.items, found.complete)
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
