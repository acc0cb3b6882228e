"""Windows file faults for tests on any system: plans, injection, sharing semantics, sweeps."""

from winasr_doctor.faults.clock import VirtualClock
from winasr_doctor.faults.errors import windows_error
from winasr_doctor.faults.injector import Injection, Injector, inject
from winasr_doctor.faults.plan import FOREVER, OPERATIONS, Fault, Plan, PlanError
from winasr_doctor.faults.sharing import Refusal, SharingEmulator, windows_sharing
from winasr_doctor.faults.sweep import FaultSweep, FaultSweepReport, Shard, SweepFailure, SweepRun

__all__ = [
    "FOREVER",
    "OPERATIONS",
    "Fault",
    "FaultSweep",
    "FaultSweepReport",
    "Injection",
    "Injector",
    "Plan",
    "PlanError",
    "Refusal",
    "Shard",
    "SharingEmulator",
    "SweepFailure",
    "SweepRun",
    "VirtualClock",
    "inject",
    "windows_error",
    "windows_sharing",
]
