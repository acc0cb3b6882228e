"""Finds, explains and survives Windows file locks around NVIDIA NeMo speech recognition."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from winasr_doctor.version import __version__

if TYPE_CHECKING:
    from winasr_doctor.diagnosis import diagnose
    from winasr_doctor.scanning import scan

_PUBLIC = {"diagnose": "diagnosis", "scan": "scanning"}
"""Public name to the module that defines it; imported when first used."""

__all__ = ["__version__", "diagnose", "scan"]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_PUBLIC})
