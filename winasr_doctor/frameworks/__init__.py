"""What we know about each speech framework, one folder each."""

from winasr_doctor.frameworks.nemo.sites import FRAMEWORK as _NEMO

GUARDED = (_NEMO,)
"""The frameworks whose temporary folders need the guard."""
