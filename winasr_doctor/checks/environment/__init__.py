"""ENV: Python, torch, the GPU, memory and paths."""

from winasr_doctor.checks.environment.memory import (
    commit_limit_is_too_small,
    memory_is_short,
)
from winasr_doctor.checks.environment.packages import (
    build_does_not_fit_the_gpu,
    package_does_not_work_with_this_python,
    packages_do_not_work_together,
    partner_of_torch_does_not_belong,
)
from winasr_doctor.checks.environment.paths import (
    code_page_cannot_show_the_paths,
    long_paths_are_off,
    symlinks_are_not_allowed,
)
from winasr_doctor.checks.environment.python import (
    python_is_from_the_store,
    python_masks_a_locked_file,
    tempfile_can_hang,
)
from winasr_doctor.checks.environment.supported import python_is_not_supported
from winasr_doctor.checks.environment.torch import (
    driver_is_too_old,
    torch_ignores_the_gpu,
    torch_is_missing,
)

__all__ = [
    "build_does_not_fit_the_gpu",
    "code_page_cannot_show_the_paths",
    "commit_limit_is_too_small",
    "driver_is_too_old",
    "long_paths_are_off",
    "memory_is_short",
    "package_does_not_work_with_this_python",
    "packages_do_not_work_together",
    "partner_of_torch_does_not_belong",
    "python_is_from_the_store",
    "python_is_not_supported",
    "python_masks_a_locked_file",
    "symlinks_are_not_allowed",
    "tempfile_can_hang",
    "torch_ignores_the_gpu",
    "torch_is_missing",
]
