"""Records what `fix --apply` changes, so that it can be undone.

Each run has its own folder with `journal.json` and a copy of each original file. A run
records each change before it makes it, so that an interrupted run can be undone.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from winasr_doctor._util.state_files import state_folder, write_whole
from winasr_doctor.fix.atomic_write import WriteError, read_bytes
from winasr_doctor.locks import RetryPolicy

SCHEMA = "winasr-doctor/fix-journal/1"


@dataclass(frozen=True, slots=True)
class Record:
    """One file or folder that a run changed.

    Attributes:
        kind: `file` or `folder`.
        path: Its path.
        codes: The checks it was changed for.
        backup: The name of the copy in the run's folder; `None` if there was no such file.
        before: SHA-256 of the file as it was; `None` if there was none.
        after: SHA-256 of everything this run wrote into it, the last one last.
        made: Whether the folder was made.
        marked: Whether the folder was excluded from the index.
        undone: Whether the change has been undone.
    """

    kind: str
    path: str
    codes: tuple[str, ...]
    backup: str | None = None
    before: str | None = None
    after: tuple[str, ...] = ()
    made: bool = False
    marked: bool = False
    undone: bool = False


class FixRun:
    """One run of `fix --apply`."""

    def __init__(self, folder: Path, records: tuple[Record, ...] = ()) -> None:
        """Set the run's folder, which is created with the first record."""
        self.folder = folder
        self.records = records

    def note_file(
        self, path: str, before: bytes | None, after: bytes, codes: tuple[str, ...]
    ) -> None:
        """Keep a copy of a file that is about to be changed.

        Args:
            path: The file.
            before: Its current contents; `None` if it does not exist.
            after: Its new contents.
            codes: The checks it is changed for.

        Raises:
            WriteError: The copy cannot be written, so the change must not be made.
        """
        known = self._find("file", path)
        if known is None:
            backup = None
            if before is not None:
                backup = f"{len(self.records):03d}-{Path(path).name}"
                self._write(backup, before)
            known = Record(
                "file", path, codes, backup, digest(before) if before is not None else None
            )
            self.records += (known,)
        changed = replace(
            known,
            codes=tuple(dict.fromkeys((*known.codes, *codes))),
            after=(*known.after, digest(after)),
        )
        self.put(known, changed)

    def drop_file(self, path: str) -> None:
        """Forget the last change of a file, because it was not made."""
        known = self._find("file", path)
        if known is None:
            return
        if len(known.after) > 1:
            self.put(known, replace(known, after=known.after[:-1]))
        else:
            self.records = tuple(record for record in self.records if record is not known)
            self._save()

    def note_folder(self, path: str, *, made: bool, marked: bool, codes: tuple[str, ...]) -> None:
        """Record that a folder is about to be made or marked.

        Raises:
            WriteError: It cannot be recorded, so the change must not be made.
        """
        self.records += (Record("folder", path, codes, made=made, marked=marked),)
        self._save()

    def drop_folder(self, path: str) -> None:
        """Forget a folder that was neither made nor marked; keep it if it exists half made."""
        known = self._find("folder", path)
        if known is None or (known.made and Path(path).exists()):
            return
        self.records = tuple(record for record in self.records if record is not known)
        self._save()

    def put(self, old: Record, new: Record) -> None:
        """Replace one record with another."""
        self.records = tuple(new if each is old else each for each in self.records)
        self._save()

    def backup_of(self, record: Record) -> bytes | None:
        """Return the original contents of a file.

        Raises:
            WriteError: The copy is missing or damaged.
        """
        if record.backup is None:
            return None
        kept = read_bytes(str(self.folder / record.backup))
        if kept is None or digest(kept) != record.before:
            raise WriteError(f"the copy of {record.path} in {self.folder} is gone or damaged")
        return kept

    def _find(self, kind: str, path: str) -> Record | None:
        return next((r for r in self.records if (r.kind, r.path) == (kind, path)), None)

    def _save(self) -> None:
        document = {
            "schema": SCHEMA,
            "records": [asdict(record) for record in self.records],
        }
        self._write("journal.json", json.dumps(document, indent=1).encode())

    def _write(self, name: str, data: bytes) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            RetryPolicy().call(lambda: write_whole(self.folder / name, data, sync=True))
        except OSError as error:
            raise WriteError(f"no copy can be kept in {self.folder}: {error}") from error


class Journal:
    """The runs stored in one folder."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        """Set the folder, which is created with the first run."""
        self.folder = Path(folder)

    def begin(self) -> FixRun:
        """Return a new run, later than every other."""
        stamp = f"{time.time_ns():020d}-{uuid.uuid4().hex[:8]}"
        return FixRun(self.folder / stamp)

    def runs(self) -> Iterator[FixRun]:
        """Yield the runs with changes that can be undone, the latest first.

        Unreadable runs are left alone.
        """
        try:
            folders = sorted(self.folder.iterdir(), reverse=True)
        except OSError:
            return
        for folder in folders:
            records = _read(folder / "journal.json")
            if any(not record.undone for record in records):
                yield FixRun(folder, records)


def default_journal() -> Journal:
    """Return this account's journal, stored beside the ledger of leftovers."""
    return Journal(Path(state_folder(), "fixes"))


def digest(data: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _read(file: Path) -> tuple[Record, ...]:
    try:
        document = json.loads(file.read_bytes())
        if document["schema"] != SCHEMA:
            return ()
        return tuple(_record(entry) for entry in document["records"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ()


def _record(entry: dict[str, Any]) -> Record:
    if not isinstance(entry["path"], str):
        raise TypeError("not a path")
    return Record(**{**entry, "codes": tuple(entry["codes"]), "after": tuple(entry["after"])})
