"""Reads an app's source without running it."""

from winasr_doctor.appsource.application import Application
from winasr_doctor.appsource.parts import IgnoreComment
from winasr_doctor.appsource.pins import Pin
from winasr_doctor.appsource.reading import SourcePathError, read_application
from winasr_doctor.appsource.source_file import SourceFile, respect_silence

__all__ = [
    "Application",
    "IgnoreComment",
    "Pin",
    "SourceFile",
    "SourcePathError",
    "read_application",
    "respect_silence",
]
