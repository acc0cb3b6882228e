"""Windows file faults for tests on any system: plans, injection, sharing semantics, sweeps.

Exported names are imported on first use: an app under `run` needs few of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from winasr_doctor.faults.clock import VirtualClock
    from winasr_doctor.faults.errors import windows_error
    from winasr_doctor.faults.injector import Injection, Injector, inject
    from winasr_doctor.faults.plan import FOREVER, OPERATIONS, Fault, Plan, PlanError
    from winasr_doctor.faults.sharing import Refusal, SharingEmulator, windows_sharing
    from winasr_doctor.faults.sweep import (
        FaultSweep,
        FaultSweepReport,
        Shard,
        SweepFailure,
        SweepRun,
    )

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

_HOMES = {
    "VirtualClock": "clock",
    "windows_error": "errors",
    **dict.fromkeys(("Injection", "Injector", "inject"), "injector"),
    **dict.fromkeys(("FOREVER", "OPERATIONS", "Fault", "Plan", "PlanError"), "plan"),
    **dict.fromkeys(("Refusal", "SharingEmulator", "windows_sharing"), "sharing"),
    **dict.fromkeys(
        ("FaultSweep", "FaultSweepReport", "Shard", "SweepFailure", "SweepRun"), "sweep"
    ),
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    """Import an exported name on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
