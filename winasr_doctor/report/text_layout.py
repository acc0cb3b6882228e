"""Lays out blocks for a terminal: wrapped to its width, in characters that it can show.

rich knows the width of characters and how to colour them. Importing its console would take a tenth
of a scan's start-up budget, so only `rich.cells` is imported if there are wide characters, and
`rich.style` if there is colour.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from winasr_doctor._util.blocks import Block, Command, Gap, Paragraph, Table
from winasr_doctor.report.escaping import visible
from winasr_doctor.report.interface import RenderOptions

NARROWEST = 20
"""Minimum number of columns in which text can be laid out."""

STYLES = {
    "error": "bold red",
    "warning": "yellow",
    "info": "cyan",
    "crash": "bold magenta",
    "unknown": "magenta",
    "pass": "green",
    "skip": "dim",
    "fail": "bold red",
    "warn": "yellow",
}
"""The colour of a severity, status or verdict."""

MARKS = {
    "error": ("✗", "x"),
    "warning": ("!", "!"),
    "info": ("i", "i"),
    "crash": ("!", "!"),
    "unknown": ("?", "?"),
    "pass": ("✓", "+"),
    "skip": ("-", "-"),
}
"""The sign before a severity or status, and its replacement if it cannot be encoded."""


_CUT = " ..."
_NARROW = str.maketrans("", "", "".join(mark for mark, _ in MARKS.values()))
"""Removes our own signs from a text; if the rest is ASCII, its width is its length."""


def _width(text: str) -> int:
    """Return the width in columns of a text without control characters."""
    if text.translate(_NARROW).isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _folded(word: str, width: int) -> list[str]:
    if word.translate(_NARROW).isascii():
        return [word[start : start + width] for start in range(0, len(word), width)]
    from rich.cells import chop_cells

    return chop_cells(word, width)


def wrap(text: str, width: int) -> list[str]:
    """Break a text into rows.

    Args:
        text: The text to break, at white space if possible; its own line ends are kept.
        width: Columns of a row; wide characters take two. A longer word is split, so that no part
            of a path is lost.

    Returns:
        The rows, at least one; only white space at the end of a row may be lost.
    """
    rows = []
    for line in text.split("\n"):
        row = ""
        for word in re.findall(r"\s*\S+", line):
            if _width(row + word) <= width:
                row += word
                continue
            if row:
                rows.append(row)
            *folded, row = _folded(word.lstrip() if row else word, width)
            rows.extend(folded)
        rows.append(row)
    return [row.rstrip() for row in rows]


def shortened(text: str, length: int) -> str:
    """Return a text of at most so many characters, cut at white space if possible."""
    if len(text) <= length:
        return text
    kept = text[: length - len(_CUT)]
    return (kept.rpartition(" ")[0] or kept).rstrip(" ,;:") + _CUT


class TextPage:
    """Lines for a terminal, wrapped as they are added."""

    def __init__(self, options: RenderOptions) -> None:
        self.options = options
        self.width = max(options.width, NARROWEST)
        self._lines: list[str] = []
        self._mark = 0 if self.fit(MARKS["pass"][0]) == MARKS["pass"][0] else 1

    def mark(self, level: str) -> str:
        """Return the sign for a severity or status that this terminal can show."""
        return MARKS[level][self._mark]

    def fit(self, text: str) -> str:
        """Escape what is invisible, and what the terminal cannot show."""
        text = visible(text).expandtabs()
        encoding = self.options.encoding
        try:
            return text.encode(encoding, "backslashreplace").decode(encoding)
        except LookupError:
            return text.encode("ascii", "backslashreplace").decode("ascii")

    def add(
        self,
        text: str,
        *,
        lead: str = "",
        indent: int = 0,
        style: str = "",
        hang: int | None = None,
    ) -> None:
        """Add a paragraph.

        Args:
            text: Its text; line ends are kept.
            lead: The start of the first line; the others are aligned after it.
            indent: Columns before the first line.
            style: The colour of the lead.
            hang: Columns before further lines; `None` to align them after the lead.
        """
        lead, text = self.fit(lead), self.fit(text)
        if hang is not None and _width(lead) + indent < self.width - NARROWEST:
            self._hanging(text, lead, indent, style, hang)
            return
        hang = indent + _width(lead)
        if hang > self.width - NARROWEST:  # a lead too long for aligning flows with the text
            lead, text, hang = "", lead + text, indent
        start = " " * indent + self._painted(lead, style)
        for row in wrap(text, self.width - hang):
            self._lines.append((start + row).rstrip())
            start = " " * hang

    def _hanging(self, text: str, lead: str, indent: int, style: str, hang: int) -> None:
        """Add a paragraph whose further lines do not start below its text."""
        start = " " * indent + self._painted(lead, style)
        first, *_ = wrap(text, self.width - indent - _width(lead))
        self._lines.append((start + first).rstrip())
        rest = text[len(first) :].lstrip()
        for row in wrap(rest, self.width - hang) if rest else ():
            self._lines.append((" " * hang + row).rstrip())

    def _painted(self, text: str, style: str) -> str:
        if not (self.options.colour and text and style):
            return text
        from rich.color import ColorSystem
        from rich.style import Style

        return Style.parse(style).render(text, color_system=ColorSystem.STANDARD)

    def blank(self) -> None:
        """Add an empty line, unless there is one already."""
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def __str__(self) -> str:
        """Return all lines as they are sent to the terminal."""
        return "\n".join(self._lines).rstrip("\n") + "\n"

    def verbatim(self, text: str, indent: int = 0) -> None:
        """Add lines that must stay as they are, such as a command to copy: they are not wrapped."""
        for line in self.fit(text).split("\n"):
            self._lines.append(f"{' ' * indent}{line}".rstrip())

    def table(self, rows: Iterable[tuple[str, str]], indent: int = 0) -> None:
        """Add rows of a name and a value; the values are aligned."""
        known = [(self.fit(name), value) for name, value in rows]
        width = max((_width(name) for name, _ in known), default=0)
        for name, value in known:
            self.add(value, lead=f"{name}{' ' * (width - _width(name))}  ", indent=indent)

    def show(self, blocks: Iterable[Block]) -> None:
        """Add blocks."""
        for block in blocks:
            if isinstance(block, Gap):
                self.blank()
            elif isinstance(block, Command):
                self.verbatim(block.text, block.indent)
            elif isinstance(block, Table):
                self.table(block.rows, block.indent)
            else:
                self._paragraph(block)

    def _paragraph(self, block: Paragraph) -> None:
        lead = f"{self.mark(block.level)} {block.lead}" if block.marked else block.lead
        style = "bold" if block.bold else STYLES.get(block.level, "")
        self.add(block.text, lead=lead, indent=block.indent, style=style, hang=block.hang)


def render_blocks(blocks: Iterable[Block], options: RenderOptions) -> str:
    """Lay out blocks for a terminal.

    Args:
        blocks: What to show, in order.
        options: Width, colour and encoding of the terminal.

    Returns:
        The text, ending in a newline.
    """
    page = TextPage(options)
    page.show(blocks)
    return str(page)
