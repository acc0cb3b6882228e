"""`fix`: applies remedies that are safe and reversible, and undoes them."""

from winasr_doctor.fix.execution import RepairExecutor
from winasr_doctor.fix.journal import Journal, default_journal
from winasr_doctor.fix.repairs import Hindered, NothingToDo, Proposal, Repair
from winasr_doctor.fix.tasks import RepairTask, tasks_of

__all__ = [
    "Hindered",
    "Journal",
    "NothingToDo",
    "Proposal",
    "Repair",
    "RepairExecutor",
    "RepairTask",
    "default_journal",
    "tasks_of",
]
