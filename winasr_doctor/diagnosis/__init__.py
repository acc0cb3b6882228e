"""What an exception or a pasted traceback really says."""

from winasr_doctor.diagnosis.core import Diagnosis, FailurePhase, Suspect, diagnose

__all__ = ["Diagnosis", "FailurePhase", "Suspect", "diagnose"]
