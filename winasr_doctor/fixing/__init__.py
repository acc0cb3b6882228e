"""`fix`: performs those remedies that are safe and can be taken back, and takes them back."""

from winasr_doctor.fixing.journal import Journal, default_journal
from winasr_doctor.fixing.repairs import Hindered, NothingToDo, Proposal, Repair
from winasr_doctor.fixing.tasks import Task, tasks_of
from winasr_doctor.fixing.workbench import Workbench

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
