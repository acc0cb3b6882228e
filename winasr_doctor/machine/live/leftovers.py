"""Finds what NeMo's failed cleanups left in the temp folders."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Literal, NamedTuple

from winasr_doctor._util.regular_files import read_start
from winasr_doctor._util.workers import Budget, side_by_side
from winasr_doctor.frameworks.nemo.files import (
    CONFIG,
    MANIFEST,
    MANIFEST_KEY,
    TOKENIZER,
    WEIGHTS,
)
from winasr_doctor.machine.model import FileAttribute, Leftover, Leftovers

if TYPE_CHECKING:
    from winasr_doctor.machine.live.machine import LiveMachine

Phase = Literal["load", "transcribe"]

TEMPFILE_PREFIX = "tmp"
"""The default form of `tempfile`'s folder names, which NeMo uses."""

STILL_IN_USE = 60.0
"""Seconds; folders written to more recently may belong to a running transcription."""

ENTRIES = 50_000
"""Maximum number of entries examined in one temp folder."""

LISTED = 200
"""Maximum number of entries examined to identify a folder; NeMo's hold a few dozen."""


class _Content(NamedTuple):
    size: int
    files: int
    newest: float


def read(host: LiveMachine) -> Leftovers:
    """Search the temp folders and the scratch folder, each only once."""
    places = host.places.of("TEMP", "TMP", "TMPDIR", "tempfile", "scratch")
    folders = list(dict.fromkeys(place.real for place in places if place.exists))
    seconds = host.timeout / 2
    found = side_by_side(lambda folder: scan_folder(folder, seconds / 2), folders, seconds)
    return Leftovers(
        items=tuple(item for part in found if part for item in part.items),
        complete=all(part is not None and part.complete for part in found),
    )


def scan_folder(folder: str, seconds: float, entries: int = ENTRIES) -> Leftovers:
    """Search one temp folder.

    Args:
        folder: The folder; only its direct subfolders are examined.
        seconds: How long this may take.
        entries: How many entries may be examined.

    Returns:
        What NeMo left behind there, without links and folders that are still being written to.
    """
    budget = Budget(seconds, entries)
    found: list[Leftover] = []
    for entry in _entries(folder):
        if not budget.spend():
            break
        if not _is_real_folder(entry):
            continue
        phase = _phase(entry, budget)
        if phase is None:
            continue
        try:
            content = _weigh(entry.path, budget)
        except OSError:  # gone in the meantime
            continue
        age = max(0.0, time() - content.newest)
        if age >= STILL_IN_USE:
            found.append(
                Leftover(
                    path=entry.path, phase=phase, size=content.size, files=content.files, age=age
                )
            )
    return Leftovers(items=tuple(found), complete=not budget.exceeded)


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    with suppress(OSError), os.scandir(folder) as entries:
        yield from entries


def _is_real_folder(entry: os.DirEntry[str]) -> bool:
    try:
        if not entry.is_dir(follow_symlinks=False):
            return False
        attributes = getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0)
    except OSError:
        return False
    return not attributes & FileAttribute.REPARSE_POINT  # to Python, a junction is not a symlink


def _phase(folder: os.DirEntry[str], budget: Budget) -> Phase | None:
    names = set()
    for entry in _entries(folder.path):
        names.add(entry.name)
        if len(names) >= LISTED or not budget.spend():
            break
    ours = folder.name.startswith(TEMPFILE_PREFIX)
    tokenizer = any(name.endswith(TOKENIZER) for name in names)
    if names.intersection((CONFIG, WEIGHTS)) or (ours and tokenizer):
        return "load"
    if MANIFEST in names and _is_manifest(Path(folder.path, MANIFEST), otherwise=ours):
        return "transcribe"
    return None


def _is_manifest(file: Path, *, otherwise: bool) -> bool:
    """Return whether a manifest is NeMo's; `otherwise` if it is empty or cannot be read."""
    try:
        head = read_start(file, 4096)
    except OSError:
        return otherwise
    return MANIFEST_KEY in head if head else otherwise


def _weigh(folder: str, budget: Budget) -> _Content:
    """Measure a folder's content, without following links.

    A file unpacked from an archive carries the archive's date, so its creation time (off Windows:
    the time its metadata changed) counts as well.
    """
    size = files = 0
    newest = _newest(Path(folder).lstat())
    pending = [folder]
    while pending:
        for entry in _entries(pending.pop()):
            if not budget.spend():
                return _Content(size, files, newest)
            with suppress(OSError):
                if _is_real_folder(entry):
                    pending.append(entry.path)
                status = entry.stat(follow_symlinks=False)
                newest = max(newest, _newest(status))
                if entry.is_file(follow_symlinks=False):
                    size += status.st_size
                    files += 1
    return _Content(size, files, newest)


def _newest(status: os.stat_result) -> float:
    return max(status.st_mtime, status.st_ctime)
