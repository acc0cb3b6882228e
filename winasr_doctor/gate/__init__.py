"""`gate`: everything a release or a machine must pass, combined in one verdict.

The steps are the scan of machine and app, the fault suite of the installed version, the self-test
without and with faults, and on request the app's own tests. A step that could crash or hang runs in
its own process. Versions and hashes identify what was tested.
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
