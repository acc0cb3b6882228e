"""The fault suite: named cases that the installed resilient layer must pass, on any system.

It needs no test framework and no test files, so it comes with the wheel and judges what is really
installed. Faults are injected as `winasr_doctor.faults` does for tests; time is virtual.
"""

from winasr_doctor.gate.suite import (
    deleting,
    errors,
    guarding,
    leftovers,  # they fill the table
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
