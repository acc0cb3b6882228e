"""AVX: Microsoft Defender, its exclusions, Controlled Folder Access, and other antivirus."""

from winasr_doctor.checks.antivirus.dev_drive import dev_drive
from winasr_doctor.checks.antivirus.entries import broad_exclusion, dead_exclusion
from winasr_doctor.checks.antivirus.folder_access import controlled_folder_access
from winasr_doctor.checks.antivirus.products import other_products
from winasr_doctor.checks.antivirus.scanner import (
    exclusion_policy,
    exclusions_of_scratch,
    real_time_protection,
)

__all__ = [
    "broad_exclusion",
    "controlled_folder_access",
    "dead_exclusion",
    "dev_drive",
    "exclusion_policy",
    "exclusions_of_scratch",
    "other_products",
    "real_time_protection",
]
