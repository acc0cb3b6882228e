"""What every report format is: a function from a report to text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from winasr_doctor.findings import Report


class RenderOptions(Struct, frozen=True):
    """How a report is to be written; only `text` heeds all of it."""

    width: int = 80
    """Columns of the terminal; no line of `text` is wider."""
    colour: bool = False
    """Whether `text` may use ANSI escapes."""
    encoding: str = "utf-8"
    """What the terminal can show; `text` avoids everything else."""
    verbose: bool = False
    """List what passed and what was skipped, and all evidence."""


class Renderer(Protocol):
    """One format."""

    def __call__(self, report: Report, options: RenderOptions) -> str:
        """Write a report.

        Args:
            report: What a scan found out.
            options: How to write it.

        Returns:
            The whole document, ending in a newline.
        """
        ...
