"""Reads a whole collection, on several cores if it is large."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

from msgspec.structs import replace

from winasr_doctor._util.process_pool import cores, map_in_processes
from winasr_doctor.fleet.collected import CollectedFile, collected_files, pseudonym
from winasr_doctor.fleet.reading import read
from winasr_doctor.fleet.rows import MachineRow, UnreadFile

SERIAL = 2_000
"""Number of files up to which one process is as fast as several."""

_CHUNK = 100
"""Number of files that a process gets at a time."""


def examine(
    folders: Iterable[Path], *, salt: str = "", processes: int | None = None
) -> Iterator[MachineRow | UnreadFile]:
    """Yield what is known of each machine, in the order of the files' names.

    Args:
        folders: The folders, or single files.
        salt: A secret to make pseudonyms with; empty to keep the names.
        processes: The number of processes; by default one for each core, and one alone for a small
            collection.
    """
    files = chain.from_iterable(map(collected_files, folders))
    first = list(islice(files, SERIAL + 1))
    files = chain(first, files)
    if processes is None:
        processes = cores() if len(first) > SERIAL else 1
    if processes > 1:
        rows = map_in_processes(_read_all, files, processes=processes, chunk=_CHUNK, lost=_lost)
    else:
        rows = chain.from_iterable(map(read, files))
    for row in rows:
        yield _hidden(row, salt) if salt else row


def _read_all(files: list[CollectedFile]) -> list[MachineRow | UnreadFile]:
    return [row for file in files for row in read(file)]


def _lost(file: CollectedFile) -> UnreadFile:
    return UnreadFile(file.name, "the process that read it ended, perhaps for lack of memory")


def _hidden(row: MachineRow | UnreadFile, salt: str) -> MachineRow | UnreadFile:
    if isinstance(row, UnreadFile):
        return replace(row, name=pseudonym(row.name, salt))
    return replace(row, key=pseudonym(row.key, salt))
