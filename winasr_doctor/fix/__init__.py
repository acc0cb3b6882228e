"""`fix`: performs those remedies that are safe and can be taken back, and takes them back."""

from winasr_doctor.fix.execution import Workbench
from winasr_doctor.fix.journal import Journal, default_journal
from winasr_doctor.fix.repairs import Hindered, NothingToDo, Proposal, Repair
from winasr_doctor.fix.tasks import Task, tasks_of

__all__ = [
    "Hindered",
    "Journal",
    "NothingToDo",
    "Proposal",
    "Repair",
    "Task",
    "Workbench",
    "default_journal",
    "tasks_of",
]
