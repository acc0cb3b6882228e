"""The gate: what a release, or a machine, must pass, as one verdict.

Steps, each in a process of its own where it could crash or hang: the scan of machine and app, the
fault suite of the installed version, the self-test without and with faults, and the app's own tests
if asked for. What was tested is named by versions and hashes.
"""

from winasr_doctor.gate.outcome import Case, Gate, GateStep, StepState
from winasr_doctor.gate.settings import Acceptance, GateSettings, SettingsError
from winasr_doctor.gate.steps import gate

__all__ = [
    "Acceptance",
    "Case",
    "Gate",
    "GateSettings",
    "GateStep",
    "SettingsError",
    "StepState",
    "gate",
]
