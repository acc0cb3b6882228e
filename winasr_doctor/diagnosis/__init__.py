"""What an exception or a pasted traceback really says."""

from winasr_doctor.diagnosis.core import Diagnosis, Phase, Suspect, diagnose

__all__ = ["Diagnosis", "Phase", "Suspect", "diagnose"]
