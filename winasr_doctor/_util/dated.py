"""Knowledge that ages: tables with the day on which they were made.

New versions appear, and what works with what changes, while this package stays the same. So every
such table says when it was made and how to make it anew. An answer that rests on it says so once
the table is old, and where the question is about something newer than the table.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct

BY_COMMAND = "python tools/refresh_tables"
"""How a table is made anew where a package index can tell."""

MONTHS = 6
"""A table that is older than this is old."""

Rows_co = TypeVar("Rows_co", covariant=True)

_FOLDER = os.path.join(os.path.dirname(os.path.dirname(__file__)), "data", "tables")  # noqa: PTH118, PTH120
"""Without pathlib, whose import takes longer than all tables together."""


class Dated(Struct, Generic[Rows_co], frozen=True):
    """A table that ages.

    Attributes:
        name: What it is about, as it stands in a sentence.
        made: The day on which its rows were true.
        rows: Its content.
        renew: How to make it anew: `BY_COMMAND`, or where to look by hand.
    """

    name: str
    made: dt.date
    rows: Rows_co
    renew: str

    def is_old(self, today: dt.date) -> bool:
        """Return whether the table is older than six months.

        Args:
            today: The date here.
        """
        years, month = divmod(self.made.month - 1 + MONTHS, 12)
        first = dt.date(self.made.year + years, month + 1, 1)
        return today > first + dt.timedelta(days=self.made.day - 1)


def today() -> dt.date:
    """Return the date here; the one clock by which tables are judged."""
    return dt.datetime.now().astimezone().date()


def read_table(file: str, name: str) -> Dated[Any]:
    """Read a table that `tools/refresh_tables` writes.

    Args:
        file: Its file's name, without `.json`.
        name: What it is about, as it stands in a sentence.
    """
    with open(os.path.join(_FOLDER, f"{file}.json"), "rb") as table:  # noqa: PTH118, PTH123
        content = msgspec.json.decode(table.read())
    return Dated(name, dt.date.fromisoformat(content["made"]), content["rows"], BY_COMMAND)


def age_note(tables: tuple[Dated[Any], ...], day: dt.date) -> str:
    """Return what to add to an answer that rests on old tables; empty where none is old.

    Args:
        tables: What the answer rests on.
        day: The date here.
    """
    return "".join(_notes(tables, day))


def _notes(tables: tuple[Dated[Any], ...], day: dt.date) -> Iterator[str]:
    for table in tables:
        if table.is_old(day):
            yield (
                f" (judged by a table of {table.made}, more than {MONTHS} months old: {table.name})"
            )
