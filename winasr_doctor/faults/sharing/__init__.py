"""Windows sharing semantics on Linux: open files cannot be deleted."""

from __future__ import annotations

from winasr_doctor._util.lazy_names import lazy_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from winasr_doctor.faults.sharing.decisions import DECISIONS, Situation
    from winasr_doctor.faults.sharing.emulator import Rules, SharingEmulator, windows_sharing
    from winasr_doctor.faults.sharing.handles import Handle, HandleKind
    from winasr_doctor.faults.sharing.refusals import Held, Refusal

_PUBLIC = {
    "DECISIONS": "decisions",
    "Handle": "handles",
    "HandleKind": "handles",
    "Held": "refusals",
    "Refusal": "refusals",
    "Rules": "emulator",
    "SharingEmulator": "emulator",
    "Situation": "decisions",
    "windows_sharing": "emulator",
}

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

__getattr__, __dir__ = lazy_names(__name__, _PUBLIC)
