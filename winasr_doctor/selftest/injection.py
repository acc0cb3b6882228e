"""Faults for the self-test: in NeMo's temporary folders, unless a fault says where."""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from winasr_doctor.faults.injector import Injection
from winasr_doctor.faults.plan import Plan
from winasr_doctor.selftest.result import Injected


def limited_to(folder: str, plan: Plan) -> Plan:
    """Let the faults that name no paths be about the folders in one folder.

    Args:
        folder: Where temporary folders are made while the plan is in force.
        plan: As it was given.

    Returns:
        The plan, its faults in the same order.
    """
    # A semicolon separates faults, so it cannot be written in a pattern; `?` stands for it.
    pattern = glob.escape(os.path.join(folder, "")).replace(";", "?") + "*"  # noqa: PTH118
    return Plan(
        tuple(
            fault if fault.glob is not None else replace(fault, glob=pattern)
            for fault in plan.faults
        )
    )


def counted(given: Plan, used: Plan, injections: Iterable[Injection]) -> tuple[Injected, ...]:
    """Count how often each fault fired.

    Args:
        given: The plan as it was given.
        used: The same plan as it was in force.
        injections: What was injected.
    """
    fired = Counter(id(injection.fault) for injection in injections)  # two faults may be equal
    return tuple(
        Injected(str(said), fired[id(meant)])
        for said, meant in zip(given.faults, used.faults, strict=True)
    )
