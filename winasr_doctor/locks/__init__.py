"""Deletes folders in spite of temporary file locks, and keeps track of what is left behind."""

from __future__ import annotations

from winasr_doctor._util.lazy_names import lazy_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from winasr_doctor.locks.cleanup_report import (
        Attempt,
        CleanupReport,
        CleanupStatus,
        RemovalFailure,
    )
    from winasr_doctor.locks.recorded_removal import rmtree
    from winasr_doctor.locks.retry_policy import ONCE, RetryPolicy
    from winasr_doctor.locks.sweeping import Kept, SweepReport, pending, sweep, waiting

_PUBLIC = {
    "ONCE": "retry_policy",
    "Attempt": "cleanup_report",
    "CleanupReport": "cleanup_report",
    "CleanupStatus": "cleanup_report",
    "Kept": "sweeping",
    "RemovalFailure": "cleanup_report",
    "RetryPolicy": "retry_policy",
    "SweepReport": "sweeping",
    "pending": "sweeping",
    "rmtree": "recorded_removal",
    "sweep": "sweeping",
    "waiting": "sweeping",
}
"""Public name to the module that defines it; imported when first used."""

__all__ = [
    "ONCE",
    "Attempt",
    "CleanupReport",
    "CleanupStatus",
    "Kept",
    "RemovalFailure",
    "RetryPolicy",
    "SweepReport",
    "pending",
    "rmtree",
    "sweep",
    "waiting",
]

__getattr__, __dir__ = lazy_names(__name__, _PUBLIC)
