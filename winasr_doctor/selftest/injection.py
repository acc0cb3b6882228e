"""Counts how often the faults of a self-test's plan fired."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from winasr_doctor.faults.injector import Injection
from winasr_doctor.faults.plan import Plan
from winasr_doctor.selftest.result import InjectedFaults


def counted(given: Plan, used: Plan, injections: Iterable[Injection]) -> tuple[InjectedFaults, ...]:
    """Count how often each fault fired.

    Args:
        given: The plan as it was given.
        used: The same plan as it was applied.
        injections: The failures that were injected.
    """
    fired = Counter(id(injection.fault) for injection in injections)  # two faults may be equal
    return tuple(
        InjectedFaults(str(said), fired[id(meant)])
        for said, meant in zip(given.faults, used.faults, strict=True)
    )
