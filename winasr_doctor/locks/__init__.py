"""Deleting folders through passing file locks, and what is left of those that would not go."""

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
