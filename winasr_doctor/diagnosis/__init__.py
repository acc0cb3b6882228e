"""Diagnoses the real error in an exception or a pasted traceback."""

from winasr_doctor.diagnosis.core import Diagnosis, FailurePhase, Suspect, diagnose

__all__ = ["Diagnosis", "FailurePhase", "Suspect", "diagnose"]
