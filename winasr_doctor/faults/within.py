"""Limits fault plans to certain folders, which may be created while the plan is active."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields

from winasr_doctor.faults.plan import Fault, Plan


class Folders:
    """The folders that a plan is limited to; more can be added at any time, from any thread.

    A folder that is removed from the disk stays in the list: its remains may be deleted later.
    """

    def __init__(self) -> None:
        self._spellings: set[str] = set()

    def add(self, path: str) -> None:
        """Add a folder.

        Args:
            path: The folder, spelled as in the code that uses it. Its real path is added as well.
        """
        self._spellings.update((_spelling(path), _spelling(os.path.realpath(path))))

    def contain(self, path: str) -> bool:
        """Return whether a path is one of the folders or is inside one."""
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
    """Return a plan whose faults without a pattern apply to some folders only.

    Args:
        plan: The original plan.
        folders: The folders to limit the faults to. Faults with a pattern use only that pattern.

    Returns:
        The plan with its faults in the same order and with the same text.
    """

    def confine(fault: Fault) -> Fault:
        if fault.glob is not None:
            return fault
        values = {each.name: getattr(fault, each.name) for each in fields(Fault)}
        return _FaultWithin(**values, folders=folders)

    return Plan(tuple(map(confine, plan.faults)))
