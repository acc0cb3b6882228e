"""Fault plans for somebody's app: faults without a pattern keep to NeMo's temporary folders."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from winasr_doctor.faults.plan import Fault, Plan
from winasr_doctor.rescue.folders import NemoFolders


@dataclass(frozen=True, slots=True)
class ConfinedFault(Fault):
    """A fault without a pattern, which is about NeMo's temporary folders.

    Attributes:
        folders: NeMo's temporary folders.
    """

    folders: NemoFolders = field(default_factory=NemoFolders, compare=False)

    def matches(self, path: str) -> bool:
        """Tell whether a path is one that the fault is about."""
        return self.folders.contain(path)


def confined(plan: Plan, folders: NemoFolders) -> Plan:
    """Return a plan whose faults without a pattern are about NeMo's temporary folders.

    Args:
        plan: The plan as it was written.
        folders: NeMo's temporary folders, as they come.
    """

    def confine(fault: Fault) -> Fault:
        if fault.glob is not None:
            return fault
        values = {each.name: getattr(fault, each.name) for each in fields(Fault)}
        return ConfinedFault(**values, folders=folders)

    return Plan(tuple(map(confine, plan.faults)))
