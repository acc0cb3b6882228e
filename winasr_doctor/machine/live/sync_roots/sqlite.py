"""Reads a table of another program's SQLite database without disturbing that program."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any


def rows(database: Path, table: str) -> list[dict[str, Any]]:
    """Return a table's rows by column name.

    The database and its write-ahead log are copied first: reading in place would take locks that
    get in its owner's way, and recent changes are often still in the log. Source: sqlite.org,
    "Write-Ahead Logging".

    Args:
        database: The database file.
        table: The table's name.

    Raises:
        OSError: It is missing or may not be read.
        sqlite3.Error: It is not a database, or has no such table.
    """
    database.stat()
    copy = _copy(database)
    if copy is None:
        return _select(database, "immutable=1", table)
    try:
        return _select(copy, "mode=rw", table)
    finally:
        shutil.rmtree(copy.parent, ignore_errors=True)


def _copy(database: Path) -> Path | None:
    """Copy into a folder of our own; `None` if there is no room for one.

    This does not use tempfile's `mkdtemp`: on Windows that takes a refusal for a name in use and
    tries for hours (gh-66305).
    """
    import tempfile

    folder = None
    try:
        folder = Path(tempfile.gettempdir(), f"winasr-doctor-{os.urandom(8).hex()}")
        folder.mkdir(mode=0o700)
        copied = Path(shutil.copyfile(database, folder / database.name))
    except OSError:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        return None
    log = database.with_name(database.name + "-wal")
    try:
        shutil.copyfile(log, folder / log.name)
    except OSError:  # there is none, or its owner has locked it
        return copied
    return copied


def _select(database: Path, how: str, table: str) -> list[dict[str, Any]]:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?{how}", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        found = connection.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - our own table names
        return [dict(row) for row in found]
