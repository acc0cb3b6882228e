"""TMP: where temporary files go, and whether NeMo can unpack a model there and delete it again."""

from winasr_doctor.checks.temp.drives import (
    earlier_cleanups_failed,
    temp_has_too_little_room,
    temp_is_on_an_unusual_drive,
)
from winasr_doctor.checks.temp.folders import (
    temp_is_missing,
    temp_is_not_writable,
    temp_variables_differ,
)
from winasr_doctor.checks.temp.rights import (
    temp_belongs_to_the_machine,
    temp_is_protected_by_controlled_folder_access,
)
from winasr_doctor.checks.temp.spelling import (
    temp_path_is_awkward,
)

__all__ = [
    "earlier_cleanups_failed",
    "temp_belongs_to_the_machine",
    "temp_has_too_little_room",
    "temp_is_missing",
    "temp_is_not_writable",
    "temp_is_on_an_unusual_drive",
    "temp_is_protected_by_controlled_folder_access",
    "temp_path_is_awkward",
    "temp_variables_differ",
]
