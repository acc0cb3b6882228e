"""The frameworks that the guard supports."""

from winasr_doctor.frameworks.nemo.sites import FRAMEWORK

GUARDED = (FRAMEWORK,)
"""The frameworks that lose results when a temporary folder cannot be removed."""

NAMES = " or ".join(framework.name for framework in GUARDED)
"""Their common names, for messages."""
