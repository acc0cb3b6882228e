"""The probe: how long fresh files really stay locked, measured in folder after folder.

A model's unpacking and deletion is played, again and again, in turn in every folder, so that
what changes meanwhile (a scan that starts, a machine that warms up) meets all of them alike.
"""

from winasr_doctor.probe.measurement import probe
from winasr_doctor.probe.ranking import Advice, Conclusion, conclude
from winasr_doctor.probe.result import FolderResult, Round

__all__ = ["Advice", "Conclusion", "FolderResult", "Round", "conclude", "probe"]
