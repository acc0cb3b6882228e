"""The gate's self-tests with the real NeMo, in their own process: every default plan fires."""

from __future__ import annotations

import pytest

from winasr_doctor.gate import GateSettings, GateStep, StepState
from winasr_doctor.gate.selftests import CLEAN, selftests
from winasr_doctor.gate.settings import PLANS

LONG = "rmdir:32*inf"  # waits out its budget; tests/fault_injection/nemo has it


@pytest.fixture(scope="module")
def step(tmp_path_factory: pytest.TempPathFactory) -> GateStep:
    """Run the self-tests once, as the gate does."""
    plans = tuple(plan for plan in PLANS if plan != LONG)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WINASR_DOCTOR_STATE", str(tmp_path_factory.mktemp("state")))
        return selftests(GateSettings(device="cpu", plans=plans), lambda _line: None)


def test_every_run_passes_and_every_fault_fires(step: GateStep):
    assert [
        (case.name, case.detail) for case in step.cases if case.state is not StepState.PASS
    ] == []
    assert len(step.cases) == len(PLANS)
    for case in step.cases[1:]:
        assert all(case.facts["injected"].values()), case.name


def test_the_clean_run_is_measured(step: GateStep):
    facts = step.cases[0].facts
    assert step.cases[0].name == CLEAN
    assert facts["injected"] == {}
    assert facts["texts_right"] == facts["texts"] == 3
    assert 0 < facts["real_time_factor"] < 20
    assert facts["peak_memory"] > 100_000_000
    assert facts["left"] == 0
