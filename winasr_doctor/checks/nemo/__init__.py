"""NEM: NeMo, lhotse, what they need, and local `.nemo` files."""

from winasr_doctor.checks.nemo.extras import canary_qwen, compressed_audio
from winasr_doctor.checks.nemo.files import model_file
from winasr_doctor.checks.nemo.install import (
    cannot_import,
    missing_dependency,
    not_installed,
    unsupported_platform,
)
from winasr_doctor.checks.nemo.pairs import requirement, sampler

__all__ = [
    "canary_qwen",
    "cannot_import",
    "compressed_audio",
    "missing_dependency",
    "model_file",
    "not_installed",
    "requirement",
    "sampler",
    "unsupported_platform",
]
