"""Reads an app's source without running it."""

from __future__ import annotations

from winasr_doctor._util.lazy_names import lazy_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from winasr_doctor.appsource.application import Application
    from winasr_doctor.appsource.parts import IgnoreComment
    from winasr_doctor.appsource.pins import Pin
    from winasr_doctor.appsource.reading import SourcePathError, read_application
    from winasr_doctor.appsource.source_file import SourceFile, respect_silence

_PUBLIC = {
    "Application": "application",
    "IgnoreComment": "parts",
    "Pin": "pins",
    "SourceFile": "source_file",
    "SourcePathError": "reading",
    "read_application": "reading",
    "respect_silence": "source_file",
}
"""Public name to the module that defines it; imported when first used."""

__all__ = [
    "Application",
    "IgnoreComment",
    "Pin",
    "SourceFile",
    "SourcePathError",
    "read_application",
    "respect_silence",
]

__getattr__, __dir__ = lazy_names(__name__, _PUBLIC)
