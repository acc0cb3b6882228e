"""The probe measures in several folders how long new files really stay locked.

It simulates the unpacking and deletion of a model repeatedly, taking turns between the folders, so
that changes in the meantime (a scan that starts, a machine that warms up) affect all of them
equally.
"""

from winasr_doctor.probe.measurement import probe
from winasr_doctor.probe.ranking import Advice, Conclusion, conclude
from winasr_doctor.probe.result import FolderResult, Round

__all__ = ["Advice", "Conclusion", "FolderResult", "Round", "conclude", "probe"]
