"""Reads an app's source without running it."""

from winasr_doctor.source.application import Application
from winasr_doctor.source.pins import Pin
from winasr_doctor.source.reading import SourcePathError, read_application
from winasr_doctor.source.source_file import Silence, SourceFile, respect_silence

__all__ = [
    "Application",
    "Pin",
    "Silence",
    "SourceFile",
    "SourcePathError",
    "read_application",
    "respect_silence",
]
