"""Deliberate faults in the resilient layer, each of which at least one test must notice.

A fault is a function that replaces something in the imported package, so it also works on an
installed wheel; its name and its docstring are its line in the table that the suite prints.
`test_mutations.py` runs the tests of the fault's rooms with it, in a process of its own.
"""

from . import in_guard_and_asr, in_locks  # they fill the table
from .table import MUTATIONS, Mutation

__all__ = ["MUTATIONS", "Mutation", "in_guard_and_asr", "in_locks"]
