"""Describes a machine: the `Machine` interface, a live one and a recorded one."""

from winasr_doctor.machine.base import Machine, NotApplicable, Section, Unreadable
from winasr_doctor.machine.recorded import RecordedMachine, Snapshot, SnapshotError, load_snapshot

__all__ = [
    "Machine",
    "NotApplicable",
    "RecordedMachine",
    "Section",
    "Snapshot",
    "SnapshotError",
    "Unreadable",
    "load_snapshot",
]
