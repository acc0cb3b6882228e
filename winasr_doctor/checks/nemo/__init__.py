"""NEM: NeMo, lhotse, the packages they need, and local `.nemo` files."""

from winasr_doctor.checks.nemo.canary import (
    canary_qwen_weights,
    language_model_inside,
    shadowing_folder,
)
from winasr_doctor.checks.nemo.extras import canary_qwen, compressed_audio
from winasr_doctor.checks.nemo.files import model_file
from winasr_doctor.checks.nemo.install import (
    cannot_import,
    missing_dependency,
    not_installed,
    unsupported_platform,
)
from winasr_doctor.checks.nemo.pairs import (
    nemo_does_not_work_with_a_package,
    requirement,
    sampler,
)

__all__ = [
    "canary_qwen",
    "canary_qwen_weights",
    "cannot_import",
    "compressed_audio",
    "language_model_inside",
    "missing_dependency",
    "model_file",
    "nemo_does_not_work_with_a_package",
    "not_installed",
    "requirement",
    "sampler",
    "shadowing_folder",
    "unsupported_platform",
]
