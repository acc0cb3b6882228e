"""Renders the report for a terminal: worst first, one screen for a healthy machine.

rich knows the width of characters and how to colour them. Importing its console would take a tenth
of a scan's start-up budget, so only `rich.cells` is imported if there are wide characters, and
`rich.style` if there is colour.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from winasr_doctor.findings import Remedy, Report, Result, Severity, Status
from winasr_doctor.report import digest
from winasr_doctor.report.escaping import visible
from winasr_doctor.report.interface import RenderOptions

NARROWEST = 20
"""Minimum number of columns in which text can be laid out."""

_TITLES = 34
"""Columns for the titles of the families in their table."""

_STYLES = {
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

_MARKS = {
    "error": ("✗", "x"),
    "warning": ("!", "!"),
    "info": ("i", "i"),
    "crash": ("!", "!"),
    "unknown": ("?", "?"),
    "pass": ("✓", "+"),
    "skip": ("-", "-"),
}
"""The sign before a severity or status, and its replacement if it cannot be encoded."""


_NARROW = str.maketrans("", "", "".join(mark for mark, _ in _MARKS.values()))
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


class _Page:
    """Lines of a report, wrapped to the terminal as they are added."""

    def __init__(self, options: RenderOptions) -> None:
        self.options = options
        self.width = max(options.width, NARROWEST)
        self._lines: list[str] = []
        self._mark = 0 if self.fit(_MARKS["pass"][0]) == _MARKS["pass"][0] else 1

    def mark(self, level: str) -> str:
        """Return the sign for a severity or status that this terminal can show."""
        return _MARKS[level][self._mark]

    def fit(self, text: str) -> str:
        """Escape what is invisible, and what the terminal cannot show."""
        text = visible(text).expandtabs()
        encoding = self.options.encoding
        try:
            return text.encode(encoding, "backslashreplace").decode(encoding)
        except LookupError:
            return text.encode("ascii", "backslashreplace").decode("ascii")

    def add(self, text: str, *, lead: str = "", indent: int = 0, style: str = "") -> None:
        """Add a paragraph.

        Args:
            text: Its text; line ends are kept.
            lead: The start of the first line; the others are aligned after it.
            indent: Columns before the first line.
            style: The colour of the lead.
        """
        lead, text = self.fit(lead), self.fit(text)
        hang = indent + _width(lead)
        if hang > self.width - NARROWEST:  # a lead too long for aligning flows with the text
            lead, text, hang = "", lead + text, indent
        start = " " * indent + self._painted(lead, style)
        for row in wrap(text, self.width - hang):
            self._lines.append((start + row).rstrip())
            start = " " * hang

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


class _Part(NamedTuple):
    """Column widths of a finding's parts."""

    body: int = 4
    steps: int = 6


_PART = _Part()


def render(report: Report, options: RenderOptions) -> str:
    """Write a report for a terminal."""
    page = _Page(options)
    _head(page, report)
    _families(page, report)
    _findings(page, report)
    _listings(page, report)
    _verdict(page, report)
    return str(page)


def _head(page: _Page, report: Report) -> None:
    machine, *versions = digest.head(report)
    page.add(machine[1], lead=f"{report.tool.name} {report.tool.version}: ", style="bold")
    page.add(", ".join(f"{name} {value}" for name, value in versions))
    page.blank()


def _families(page: _Page, report: Report) -> None:
    for family in digest.families(report):
        worst = family.worst
        lead = f"{page.mark(worst)} {family.name}  {family.title:<{_title_width(page)}}  "
        page.add(", ".join(digest.count_words(family.counts)), lead=lead, style=_STYLES[worst])
    page.blank()


def _title_width(page: _Page) -> int:
    """Columns of the family titles: a narrow terminal gets no table."""
    return _TITLES if page.width >= 2 * _TITLES else 0


def _findings(page: _Page, report: Report) -> None:
    explained: set[str] = set()
    for result in digest.failing(report.results):
        level = digest.level(result)
        lead = f"{page.mark(level)} {result.code} {digest.label(result)}: "
        page.add(result.summary, lead=lead, style=_STYLES[level])
        if result.severity is Severity.INFO and not page.options.verbose:
            continue  # a note takes one line, so that a healthy machine fits on one screen
        if result.code not in explained:
            explained.add(result.code)
            page.add(_why(result), lead="Why: ", indent=_PART.body)
        where = result.location
        if where is not None:
            page.add(str(where), lead="At:  ", indent=_PART.body)
        _facts(page, result)
        _remedies(page, result.remedies)
        page.blank()
    page.blank()


def _why(result: Result) -> str:
    """Return why a finding matters: the check's documentation, or its title if there is none."""
    from winasr_doctor.report.documentation import paragraph

    return paragraph(result.code, "Why") or result.title


def _facts(page: _Page, result: Result) -> None:
    if page.options.verbose:
        for name, value in result.evidence.items():
            words = digest.fact_words(value) or str(value)
            page.add(words, lead=f"{str(name).replace('_', ' ')}: ", indent=_PART.body)
        return
    found = digest.facts(result)
    if found:
        words = "; ".join(f"{name}: {value}" for name, value in found)
        page.add(words, lead="Evidence: ", indent=_PART.body)


def _remedies(page: _Page, remedies: tuple[Remedy, ...]) -> None:
    for rank, remedy in enumerate(remedies):
        automatic = " (`fix --apply` can do it)" if remedy.automatic else ""
        lead = "Or:  " if rank else "Do:  "
        page.add(remedy.title + automatic, lead=lead, indent=_PART.body, style="bold")
        for number, step in enumerate(remedy.steps, 1):
            page.add(step, lead=f"{number}. ", indent=_PART.steps)


def _listings(page: _Page, report: Report) -> None:
    verbose = page.options.verbose
    _each(page, report.results, Status.CRASH)
    _each(page, report.results, Status.UNKNOWN)
    if verbose:
        _each(page, report.results, Status.SKIP)
        _each(page, report.results, Status.PASS)
    else:
        for result in digest.silenced(report.results):
            page.add(result.summary, lead=f"{page.mark('skip')} {result.code} ", style="dim")
    page.blank()
    for sentence in report.unreadable:
        page.add(sentence, lead="Not examined: ", style=_STYLES["warning"])
    page.blank()


def _each(page: _Page, results: Iterable[Result], status: Status) -> None:
    mark, style = page.mark(status.value), _STYLES[status.value]
    for result in sorted(
        (one for one in results if one.status is status), key=lambda one: one.code
    ):
        words = result.summary
        needed = digest.needs(result.evidence)
        if needed and needed not in words:
            words += f" (needs {needed})"
        page.add(words, lead=f"{mark} {result.code} {status.value}: ", style=style)
        for remedy in result.remedies:
            steps = " ".join(remedy.steps)
            page.add(f"{remedy.title}: {steps}" if steps else remedy.title, indent=_PART.body)
        if page.options.verbose and status is not Status.PASS:
            _facts(page, result)


def _verdict(page: _Page, report: Report) -> None:
    counts = ", ".join(digest.count_words(report.counts))
    verdict = report.verdict.value
    words = digest.verdict_words(report)
    page.add(f"{words}.", lead=f"{verdict.upper()}: ", style=_STYLES[verdict])
    if counts:
        page.add(f"{counts}.")
    worth = [
        *digest.failing(report.results),
        *(one for one in report.results if one.status in {Status.CRASH, Status.UNKNOWN}),
    ]
    if worth:
        page.add(f"python -m winasr_doctor explain {worth[0].code}", lead="More on a code: ")
