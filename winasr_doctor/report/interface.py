"""The interface of a report format: a function from a report to text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from winasr_doctor.findings import Report


class RenderOptions(Struct, frozen=True):
    """How to write a report; each format uses some of these options."""

    width: int = 80
    """Columns of the terminal; no line of `text` is wider."""
    colour: bool = False
    """Whether `text` may use ANSI escapes."""
    encoding: str = "utf-8"
    """The characters the terminal can show; `text` avoids all others."""
    verbose: bool = False
    """Whether to list notes, passed and skipped checks, and all evidence."""
    quiet: bool = False
    """Whether `text` has only the verdict and what to do."""
    pseudonym: str = ""
    """A name for the machine that says nothing about it, for `digest`."""


class Renderer(Protocol):
    """One format."""

    def __call__(self, report: Report, options: RenderOptions) -> str:
        """Write a report.

        Args:
            report: The result of a scan.
            options: How to write the report.

        Returns:
            The whole document, ending in a newline.
        """
        ...
