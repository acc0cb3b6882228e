"""Deletes folders in spite of temporary file locks, and keeps track of what is left behind."""

from winasr_doctor.locks.cleanup_report import Attempt, CleanupReport, CleanupStatus, RemovalFailure
from winasr_doctor.locks.recorded_removal import rmtree
from winasr_doctor.locks.retry_policy import ONCE, RetryPolicy
from winasr_doctor.locks.sweeping import Kept, SweepReport, pending, sweep, waiting

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
