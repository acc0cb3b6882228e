"""Reads an app's source without running it."""

from winasr_doctor.source.application import Application

__all__ = ["Application"]
