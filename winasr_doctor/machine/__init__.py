"""What a machine looks like: `Host`, a live one and a recorded one."""

from winasr_doctor.machine.base import Host, NotApplicable, Section, Unreadable
from winasr_doctor.machine.recorded import RecordedHost, Snapshot, SnapshotError, load_snapshot

__all__ = [
    "Host",
    "NotApplicable",
    "RecordedHost",
    "Section",
    "Snapshot",
    "SnapshotError",
    "Unreadable",
    "load_snapshot",
]
