"""The fault suite: named cases that the installed guard and retries must pass on any system.

It needs no test framework and no test files, so it ships in the wheel and tests the installed code.
Faults are injected as `winasr_doctor.faults` does for tests; time is virtual.
"""

from winasr_doctor.gate.suite import (
    deleting,
    errors,
    guarding,
    leftovers,  # importing them fills the table
)
from winasr_doctor.gate.suite.table import CASES, CaseFolder, NotHere, SuiteCase

__all__ = [
    "CASES",
    "CaseFolder",
    "NotHere",
    "SuiteCase",
    "deleting",
    "errors",
    "guarding",
    "leftovers",
]
