"""The names of the frameworks that the guard supports, for messages: it imports nothing else."""

from winasr_doctor.frameworks.nemo.names import NAME

NAMES = NAME
"""The common names of `guarded.GUARDED`, with "or" between them."""
