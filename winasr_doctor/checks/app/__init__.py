"""APP: the app's own source, which is parsed and never executed."""

from winasr_doctor.checks.app.channels import averages_channels
from winasr_doctor.checks.app.errors import loses_the_cause, matches_message_text
from winasr_doctor.checks.app.page import page_keeps_errors_in_the_terminal
from winasr_doctor.checks.app.retries import retry_repeats_the_failure
from winasr_doctor.checks.app.temp_folder import temp_is_changed_too_late
from winasr_doctor.checks.app.threads import transcribes_concurrently
from winasr_doctor.checks.app.workers import switches_workers_on

__all__ = [
    "averages_channels",
    "loses_the_cause",
    "matches_message_text",
    "page_keeps_errors_in_the_terminal",
    "retry_repeats_the_failure",
    "switches_workers_on",
    "temp_is_changed_too_late",
    "transcribes_concurrently",
]
