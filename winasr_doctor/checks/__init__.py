"""The checks, one file per family, and the registry that finds them."""

from winasr_doctor.checks.base import Check, check
from winasr_doctor.checks.registry import UnknownCodeError, all_checks, check_called, select_checks
from winasr_doctor.findings import FAMILIES

__all__ = [
    "FAMILIES",
    "Check",
    "UnknownCodeError",
    "all_checks",
    "check",
    "check_called",
    "select_checks",
]
