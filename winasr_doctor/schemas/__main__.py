"""Regenerates the schema files: `python -m winasr_doctor.schemas`."""

from winasr_doctor.schemas import write

write()
