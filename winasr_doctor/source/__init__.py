"""Reads an app's source without running it."""

from winasr_doctor.source.application import (
    Application,
    Pin,
    Silence,
    SourceFile,
    respect_silence,
)
from winasr_doctor.source.reading import SourcePathError, read_application

__all__ = [
    "Application",
    "Pin",
    "Silence",
    "SourceFile",
    "SourcePathError",
    "read_application",
    "respect_silence",
]
