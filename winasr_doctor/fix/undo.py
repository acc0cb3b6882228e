"""Undoes changes, unless someone has edited the file since."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from winasr_doctor.fix import attributes
from winasr_doctor.fix.atomic_write import WriteError, read_bytes, replace_file, through_locks
from winasr_doctor.fix.journal import FixRun, Record, digest
from winasr_doctor.fix.patching import unified_diff


def open_records(run: FixRun) -> Iterator[Record]:
    """Yield the records of a run that can be undone, the latest first."""
    yield from (record for record in reversed(run.records) if not record.undone)


def preview(run: FixRun, record: Record) -> str:
    """Show what undoing a change would do: a unified diff or a sentence.

    Args:
        run: The run.
        record: One of its records.

    Raises:
        WriteError: It cannot be undone; the message says why.
    """
    if record.kind == "folder":
        verb = "removes" if record.made else "lets Windows Search read"
        return f"{verb} {record.path}\n"
    now = _file_as_written(run, record)
    before = run.backup_of(record)
    if before is None:
        return f"removes {record.path}\n"
    return unified_diff(now, before, record.path) or f"{record.path} is as it was before\n"


def take_back(run: FixRun, record: Record) -> str:
    """Undo one change.

    Args:
        run: The run.
        record: One of its records.

    Returns:
        What was done, one sentence.

    Raises:
        WriteError: It was not undone, and nothing has changed.
    """
    try:
        done = _folder_back(record) if record.kind == "folder" else _file_back(run, record)
    except OSError as error:
        raise WriteError(f"{record.path}: {error.strerror or error}") from error
    run.put(record, replace(record, undone=True))
    return done


def _file_as_written(run: FixRun, record: Record) -> bytes | None:
    now = read_bytes(record.path)
    found = None if now is None else digest(now)
    if found != record.before and found not in record.after:
        kept = f"; as it was before it is in {run.folder}" if record.backup else ""
        what = "is gone" if now is None else "has been changed since"
        raise WriteError(f"{record.path} {what}, so it is left alone{kept}")
    return now


def _file_back(run: FixRun, record: Record) -> str:
    now = _file_as_written(run, record)
    before = run.backup_of(record)
    if now == before:
        return f"{record.path} is as it was before"
    if before is None:
        through_locks(lambda: os.unlink(record.path))  # noqa: PTH108 - tests let it fail
        return f"removed {record.path}"
    replace_file(record.path, before, expected=now)
    return f"put {record.path} back"


def _folder_back(record: Record) -> str:
    folder = Path(record.path)
    if not folder.is_dir():
        return f"{record.path} is gone already"
    if record.made:
        if any(folder.iterdir()):
            raise WriteError(f"{record.path} is in use (it is not empty), so it is left alone")
        through_locks(lambda: os.rmdir(folder))  # noqa: PTH106 - tests let it fail
        return f"removed {record.path}"
    attributes.set_indexed(record.path, indexed=True)
    return f"let Windows Search read {record.path} again"
