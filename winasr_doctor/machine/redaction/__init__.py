"""Removes personal names from a snapshot or a report, but keeps it comparable.

The same name becomes the same placeholder everywhere, so that "TEMP is inside OneDrive" still
holds afterwards. `positions` finds names by their position, `secrets` by their form, `known` finds
known names in any spelling (`views`), and `fields` redacts by field.
"""

from winasr_doctor.machine.redaction.own_names import this_machine
from winasr_doctor.machine.redaction.redactor import Redactor
from winasr_doctor.machine.redaction.report import redact_machine, redact_report, redacted
from winasr_doctor.machine.redaction.snapshot import redact_snapshot

__all__ = [
    "Redactor",
    "redact_machine",
    "redact_report",
    "redact_snapshot",
    "redacted",
    "this_machine",
]
