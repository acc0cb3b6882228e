"""The report formats: one module each, behind one interface.

All but `text` are UTF-8 documents: write them as UTF-8, whatever the terminal's encoding.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from winasr_doctor.report.interface import Renderer, RenderOptions

if TYPE_CHECKING:
    from winasr_doctor.findings import Report

_MODULES = {
    "text": "text",
    "json": "json",
    "junit": "junit",
    "sarif": "sarif",
    "markdown": "markdown",
    "html": "html",
    "github": "github",
    "digest": "digest_line",
    "prometheus": "prometheus",
}
"""The module of each format; it has a function `render`."""

FORMATS = tuple(_MODULES)
"""Names of the formats."""

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
    renderer: Renderer = import_module(f"{__name__}.{_MODULES[format]}").render
    return renderer(report, options)
