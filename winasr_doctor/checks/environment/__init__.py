"""ENV: Python, torch, the GPU, memory and paths."""

from winasr_doctor.checks.environment.imports import an_import_fails
from winasr_doctor.checks.environment.interpreter import (
    environment_has_lost_its_python,
    environment_runs_code_at_start,
    python_cannot_be_asked,
    python_hangs,
    python_is_for_another_processor,
    python_is_python_2,
    python_is_the_stores_alias,
    python_prints_more,
    python_prints_without_end,
)
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
    "an_import_fails",
    "build_does_not_fit_the_gpu",
    "code_page_cannot_show_the_paths",
    "commit_limit_is_too_small",
    "driver_is_too_old",
    "environment_has_lost_its_python",
    "environment_runs_code_at_start",
    "long_paths_are_off",
    "memory_is_short",
    "package_does_not_work_with_this_python",
    "packages_do_not_work_together",
    "partner_of_torch_does_not_belong",
    "python_cannot_be_asked",
    "python_hangs",
    "python_is_for_another_processor",
    "python_is_from_the_store",
    "python_is_not_supported",
    "python_is_python_2",
    "python_is_the_stores_alias",
    "python_masks_a_locked_file",
    "python_prints_more",
    "python_prints_without_end",
    "symlinks_are_not_allowed",
    "tempfile_can_hang",
    "torch_ignores_the_gpu",
    "torch_is_missing",
]
