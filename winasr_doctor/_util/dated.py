"""Tables whose facts age, each with the date on which it was made.

New versions appear and compatibility changes while this package stays the same. So each such table
records when it was made and how to renew it. An answer based on a table says so if the table is old
or if the question is about something newer than the table.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct

BY_COMMAND = "python tools/refresh_tables"
"""How to renew a table if a package index has the facts."""

MONTHS = 6
"""A table is old after this many months."""

Rows_co = TypeVar("Rows_co", covariant=True)

_FOLDER = os.path.join(os.path.dirname(os.path.dirname(__file__)), "data", "tables")  # noqa: PTH118, PTH120
"""Not a `Path`: importing pathlib takes longer than reading all tables."""


class Dated(Struct, Generic[Rows_co], frozen=True):
    """A table whose facts age.

    Attributes:
        name: What it is about, worded to fit into a sentence.
        made: The day on which its rows were true.
        rows: The table's content.
        renew: How to renew it: `BY_COMMAND`, or where to look by hand.
    """

    name: str
    made: dt.date
    rows: Rows_co
    renew: str

    def is_old(self, today: dt.date) -> bool:
        """Return whether the table is older than six months.

        Args:
            today: Today's local date.
        """
        years, month = divmod(self.made.month - 1 + MONTHS, 12)
        first = dt.date(self.made.year + years, month + 1, 1)
        return today > first + dt.timedelta(days=self.made.day - 1)


def today() -> dt.date:
    """Return today's local date; the only clock used to judge tables."""
    return dt.datetime.now().astimezone().date()


def read_table(file: str, name: str) -> Dated[Any]:
    """Read a table that `tools/refresh_tables` writes.

    Args:
        file: The file's name without `.json`.
        name: What it is about, worded to fit into a sentence.
    """
    with open(os.path.join(_FOLDER, f"{file}.json"), "rb") as table:  # noqa: PTH118, PTH123
        content = msgspec.json.decode(table.read())
    return Dated(name, dt.date.fromisoformat(content["made"]), content["rows"], BY_COMMAND)


def age_note(tables: tuple[Dated[Any], ...], day: dt.date) -> str:
    """Return a note for an answer that relies on old tables; empty if none is old.

    Args:
        tables: The tables that the answer relies on.
        day: Today's local date.
    """
    return "".join(_notes(tables, day))


def _notes(tables: tuple[Dated[Any], ...], day: dt.date) -> Iterator[str]:
    for table in tables:
        if table.is_old(day):
            yield (
                f" (judged by a table of {table.made}, more than {MONTHS} months old: {table.name})"
            )
