"""Windows file faults for tests on any system: plans, injection, sharing semantics, sweeps."""

from __future__ import annotations

from winasr_doctor._util.lazy_names import lazy_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from winasr_doctor.faults.clock import VirtualClock
    from winasr_doctor.faults.errors import windows_error
    from winasr_doctor.faults.injector import Injection, Injector, inject
    from winasr_doctor.faults.plan import FOREVER, OPERATIONS, Fault, Plan, PlanError
    from winasr_doctor.faults.sharing.emulator import SharingEmulator, windows_sharing
    from winasr_doctor.faults.sharing.refusals import Refusal
    from winasr_doctor.faults.sweep import (
        FaultSweep,
        FaultSweepReport,
        Shard,
        SweepFailure,
        SweepRun,
    )

_PUBLIC = {
    "FOREVER": "plan",
    "OPERATIONS": "plan",
    "Fault": "plan",
    "FaultSweep": "sweep",
    "FaultSweepReport": "sweep",
    "Injection": "injector",
    "Injector": "injector",
    "Plan": "plan",
    "PlanError": "plan",
    "Refusal": "sharing.refusals",
    "Shard": "sweep",
    "SharingEmulator": "sharing.emulator",
    "SweepFailure": "sweep",
    "SweepRun": "sweep",
    "VirtualClock": "clock",
    "inject": "injector",
    "windows_error": "errors",
    "windows_sharing": "sharing.emulator",
}
"""A test run with only the sharing rules starts fast."""

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


__getattr__, __dir__ = lazy_names(__name__, _PUBLIC)
