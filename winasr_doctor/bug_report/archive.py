"""Packs a bug report, and searches the finished bytes for names that must not be in it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from winasr_doctor.machine.redaction import Redactor, this_machine
from winasr_doctor.machine.redaction.tables import PATH_WORDS, prose_words

_SHORTEST = 3
"""Characters; a shorter name also occurs in ordinary words."""

_OURS = re.compile(r"\b[0-9a-f]{64}\b|winasr-doctor/[a-z-]+/\d+|docs/checks/[A-Z]+")
"""Digests, and names of schemas and pages of ours. They may hold what is a user's name elsewhere,
such as `ada` or `report`.
"""

_DATED = (1980, 1, 1, 0, 0, 0)
"""The earliest date of a member, so that equal reports are equal files."""


class Member(NamedTuple):
    """One file of the report: its name, what it is, and its bytes."""

    name: str
    what: str
    content: bytes


class LeakError(Exception):
    """A name is still in the finished file; the message says which one, and where."""


def packed(members: Iterable[Member], redactor: Redactor) -> bytes:
    """Return a ZIP file that has passed the search for names.

    Args:
        members: The files.
        redactor: Knows the names that were replaced.

    Raises:
        LeakError: A known name is still in it.
    """
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in members:
            archive.writestr(_info(member.name), member.content)
    finished = written.getvalue()
    refuse_names(finished, redactor)
    return finished


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _DATED)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


def refuse_names(archive: bytes, redactor: Redactor) -> None:
    """Search a finished archive for names.

    The redactor's own search finds known names in any spelling; a plain search for the names of
    this machine and its user does not depend on it.

    Args:
        archive: The bytes of the ZIP file.
        redactor: Knows the names that were replaced.

    Raises:
        LeakError: A known name is in it.
    """
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        for name in opened.namelist():
            text = _OURS.sub("", opened.read(name).decode("utf-8", "replace"))
            for found in (*redactor.remaining(text), *_own_names_in(text)):
                raise LeakError(f"the name {found!r} is still in {name}; nothing was written")


def _own_names_in(text: str) -> Iterator[str]:
    own = this_machine()
    folded = text.casefold()
    for name in {name.strip().casefold() for name in (*own["users"], *own["hosts"])}:
        if len(name) < _SHORTEST or name in PATH_WORDS or name in prose_words():
            continue
        if re.search(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", folded):
            yield name
