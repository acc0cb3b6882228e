"""The parts of everything that is shown to people; each format writes them in its own way.

A command's room yields blocks: `who`, `probe`, `fix`, `gate`, `explain` and the scan's report. A
format (`report.text_layout` for a terminal) knows blocks and nothing about the command. Blocks are
tagged, so that a process can pass them to another one as JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace


class Paragraph(Struct, frozen=True, tag=True):
    """A text that is wrapped.

    Attributes:
        text: The text; its own line ends are kept.
        lead: Stands before the text; further lines are aligned after it.
        indent: Columns before the first line.
        level: A severity, status or verdict such as `error`; it gives the lead its colour.
        marked: Whether the sign of the level stands before the lead.
        bold: Whether the lead is bold instead of coloured.
        hang: Columns before further lines; `None` to align them after the lead.
    """

    text: str
    lead: str = ""
    indent: int = 0
    level: str = ""
    marked: bool = False
    bold: bool = False
    hang: int | None = None


class Command(Struct, frozen=True, tag=True):
    """Lines to copy, such as commands and paths: never wrapped, never decorated.

    Attributes:
        text: One line or more.
        shell: What runs it: `powershell`, `cmd`, `sh`, `python`, or empty if any shell does.
        indent: Columns before each line.
    """

    text: str
    shell: str = ""
    indent: int = 0


class Table(Struct, frozen=True, tag=True):
    """Names and values.

    Attributes:
        rows: Pairs of a name and its value.
        indent: Columns before each row.
    """

    rows: tuple[tuple[str, str], ...]
    indent: int = 0


class Gap(Struct, frozen=True, tag=True):
    """An empty line; several in a row are one."""


Block = Paragraph | Command | Table | Gap


def heading(text: str) -> Iterator[Block]:
    """Yield a heading with an empty line before it."""
    yield Gap()
    yield Paragraph("", lead=text, bold=True)


def indented(blocks: Iterable[Block], columns: int) -> Iterator[Block]:
    """Yield blocks with a larger indent.

    Args:
        blocks: The blocks.
        columns: Columns to add before each of them.
    """
    for block in blocks:
        yield block if isinstance(block, Gap) else replace(block, indent=block.indent + columns)
