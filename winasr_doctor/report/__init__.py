"""The report formats: one module each, behind one interface.

All but `text` are UTF-8 documents: write them as UTF-8, whatever the terminal's encoding.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from winasr_doctor.report.interface import Renderer, RenderOptions

if TYPE_CHECKING:
    from winasr_doctor.findings import Report

FORMATS: tuple[str, ...] = ("text", "json", "junit", "sarif", "markdown", "html", "github")
"""Names of the formats; each is a module of this package with a function `render`."""

_DEFAULTS = RenderOptions()

__all__ = ["FORMATS", "RenderOptions", "Renderer", "render"]


def render(report: Report, format: str, options: RenderOptions = _DEFAULTS) -> str:  # noqa: A002
    """Write a report in one of the formats.

    Args:
        report: The result of a scan.
        format: One of `FORMATS`.
        options: How to write the report.

    Returns:
        The document, ending in a newline and free of lone surrogates.

    Raises:
        ValueError: There is no such format.
    """
    if format not in FORMATS:
        raise ValueError(f"no report format is called {format!r}; there are {', '.join(FORMATS)}")
    renderer: Renderer = import_module(f"{__name__}.{format}").render
    return renderer(report, options)
