"""Describes what is in a bug report and what was replaced."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from winasr_doctor.bug_report.archive import Member
from winasr_doctor.version import __version__


class FilePart(msgspec.Struct, frozen=True):
    """One file in the report."""

    name: str
    what: str
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What is in a bug report; `manifest.json` in it."""

    schema: Literal["winasr-doctor/bug-report/1"]
    version: str
    """Of winasr_doctor."""
    made: str
    """In UTC, ISO 8601."""
    files: tuple[FilePart, ...]
    replaced: dict[str, int]
    """How many distinct names of each kind were replaced."""


def manifest_of(
    members: Iterable[Member], replaced: Mapping[str, int], now: dt.datetime
) -> Manifest:
    """Return the manifest of some files.

    Args:
        members: The files.
        replaced: How many distinct names of each kind were replaced.
        now: When the report is made.
    """
    files = (
        FilePart(
            name=member.name,
            what=member.what,
            bytes=len(member.content),
            sha256=hashlib.sha256(member.content).hexdigest(),
        )
        for member in members
    )
    return Manifest(
        schema="winasr-doctor/bug-report/1",
        version=__version__,
        made=now.astimezone(dt.timezone.utc).isoformat(timespec="seconds"),
        files=tuple(files),
        replaced=dict(sorted(replaced.items())),
    )


def replaced_words(manifest: Manifest) -> str:
    """Return how many names were replaced, in words."""
    counts = (f"{kind}s: {count}" for kind, count in manifest.replaced.items())
    return ", ".join(counts) or "nothing"


def readme(manifest: Manifest) -> bytes:
    """Return the text for somebody who opens the file."""
    width = max(len(file.name) for file in manifest.files)
    lines = [
        f"A bug report of winasr_doctor {manifest.version}, made {manifest.made}.",
        "Nothing was sent: it leaves your machine only if you share it.",
        "",
        *(f"{file.name:<{width}}  {file.what}" for file in manifest.files),
        "",
        f"Names and secrets were replaced. Replaced names: {replaced_words(manifest)}.",
        "No list of names is complete. Look at the files before you share them.",
        "",
        "python -m winasr_doctor scan --snapshot THIS_FILE.zip",
        "python -m winasr_doctor explain THIS_FILE.zip",
    ]
    return ("\n".join(lines) + "\n").encode()
