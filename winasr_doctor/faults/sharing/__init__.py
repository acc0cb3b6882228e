"""Windows sharing semantics on Linux: open files cannot be deleted."""

from winasr_doctor.faults.sharing.decisions import DECISIONS, Rules, Situation
from winasr_doctor.faults.sharing.emulator import Held, Refusal, SharingEmulator, windows_sharing
from winasr_doctor.faults.sharing.handles import Handle, HandleKind

__all__ = [
    "DECISIONS",
    "Handle",
    "HandleKind",
    "Held",
    "Refusal",
    "Rules",
    "SharingEmulator",
    "Situation",
    "windows_sharing",
]
