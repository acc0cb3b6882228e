"""Fault plans that keep to certain folders, which may be made while the plan is in force."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields

from winasr_doctor.faults.plan import Fault, Plan


class Folders:
    """Folders that a plan keeps to; more can be added at any time, from any thread.

    One that is removed stays in: what is left of it may be deleted later.
    """

    def __init__(self) -> None:
        """Start with none."""
        self._spellings: set[str] = set()

    def add(self, path: str) -> None:
        """Add a folder.

        Args:
            path: The folder, as whoever works in it spells it. It is also known by its real path.
        """
        self._spellings.update((_spelling(path), _spelling(os.path.realpath(path))))

    def contain(self, path: str) -> bool:
        """Return whether a path is one of the folders or lies in one."""
        if not self._spellings:
            return False
        path = _spelling(path)
        while path not in self._spellings:
            parent = os.path.dirname(path)
            if parent == path:
                return False
            path = parent
        return True


def _spelling(path: str) -> str:
    return os.path.normcase(os.path.abspath(path))  # links are not followed


@dataclass(frozen=True, slots=True)
class _FaultWithin(Fault):
    folders: Folders = field(default_factory=Folders, compare=False)

    def matches(self, path: str) -> bool:
        return self.folders.contain(path)


def within(plan: Plan, folders: Folders) -> Plan:
    """Return a plan whose faults without a pattern are about some folders only.

    Args:
        plan: The plan as it was written.
        folders: What the faults keep to. Those with a pattern go by it alone.

    Returns:
        The plan, its faults in the same order; its text is the same.
    """

    def confine(fault: Fault) -> Fault:
        if fault.glob is not None:
            return fault
        values = {each.name: getattr(fault, each.name) for each in fields(Fault)}
        return _FaultWithin(**values, folders=folders)

    return Plan(tuple(map(confine, plan.faults)))
