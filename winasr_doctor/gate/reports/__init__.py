"""The gate's reports: one module per format, as in `winasr_doctor.report` for a scan."""

from __future__ import annotations

from importlib import import_module

from winasr_doctor.gate.outcome import Gate
from winasr_doctor.report.interface import RenderOptions

FORMATS = ("text", "json", "junit", "markdown")
"""Names of the formats; each is a module of this package with a function `render`."""

_DEFAULTS = RenderOptions()


def render(gate: Gate, format: str, options: RenderOptions = _DEFAULTS) -> str:  # noqa: A002
    """Render a gate's result in one of the formats.

    Args:
        gate: The gate's result.
        format: One of `FORMATS`.
        options: Rendering options; only `text` uses them.

    Returns:
        The document, ending in a newline and free of lone surrogates.

    Raises:
        ValueError: There is no such format.
    """
    if format not in FORMATS:
        raise ValueError(f"no format is called {format!r}; there are {', '.join(FORMATS)}")
    document: str = import_module(f"{__name__}.{format}").render(gate, options)
    return document
