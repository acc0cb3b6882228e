"""APP: the app's own source, which is parsed and never executed."""

from winasr_doctor.checks.app.api import calls_what_nemo_lacks
from winasr_doctor.checks.app.channels import averages_channels
from winasr_doctor.checks.app.cleanup import cleans_up_before_returning
from winasr_doctor.checks.app.encodings import leaves_the_encoding_open
from winasr_doctor.checks.app.errors import loses_the_cause, swallows_the_error
from winasr_doctor.checks.app.file_names import names_files_with_reserved_characters
from winasr_doctor.checks.app.late_settings import sets_the_hub_up_too_late
from winasr_doctor.checks.app.late_sinks import writes_only_at_the_end
from winasr_doctor.checks.app.left_out import was_not_examined
from winasr_doctor.checks.app.messages import matches_message_text
from winasr_doctor.checks.app.open_files import opens_a_file_twice
from winasr_doctor.checks.app.page import page_keeps_errors_in_the_terminal
from winasr_doctor.checks.app.pipes import waits_without_reading
from winasr_doctor.checks.app.posix import needs_posix
from winasr_doctor.checks.app.retries import retry_repeats_the_failure
from winasr_doctor.checks.app.shell import quotes_for_another_shell
from winasr_doctor.checks.app.temp_folder import temp_is_changed_too_late
from winasr_doctor.checks.app.threads import transcribes_concurrently
from winasr_doctor.checks.app.workers import switches_workers_on

__all__ = [
    "averages_channels",
    "calls_what_nemo_lacks",
    "cleans_up_before_returning",
    "leaves_the_encoding_open",
    "loses_the_cause",
    "matches_message_text",
    "names_files_with_reserved_characters",
    "needs_posix",
    "opens_a_file_twice",
    "page_keeps_errors_in_the_terminal",
    "quotes_for_another_shell",
    "retry_repeats_the_failure",
    "sets_the_hub_up_too_late",
    "swallows_the_error",
    "switches_workers_on",
    "temp_is_changed_too_late",
    "transcribes_concurrently",
    "waits_without_reading",
    "was_not_examined",
    "writes_only_at_the_end",
]
