"""The self-tests as a step: every plan is run, whatever becomes of the others."""

from __future__ import annotations

from typing import Any

import pytest

from winasr_doctor.gate import GateSettings, GateStep, StepState
from winasr_doctor.gate.child import ChildError
from winasr_doctor.gate.selftests import CLEAN, selftests

from .conftest import Children

SETTINGS = GateSettings(plans=("unlink:32*1", "rmdir:32*1"))
END = {"end": True}


def answer(plan: str = "", times: int = 1, **changed: Any) -> dict[str, Any]:
    return {
        "ending": "passed",
        "problems": None,
        "first_step": "",
        "real_time_factor": 0.5,
        "load_seconds": 2.0,
        "peak_memory": 900_000_000,
        "gpu_memory": None,
        "injected": {plan: times} if plan else {},
        "left": 0,
    } | changed


def run(*answers: list[Any], settings: GateSettings = SETTINGS) -> GateStep:
    return selftests(settings, lambda _line: None, Children(*answers))


ALL = [answer(), answer("unlink:32*1"), answer("rmdir:32*1", 3)]


def test_when_every_run_passes_the_step_passes():
    step = run([*ALL, END])
    assert step.state is StepState.PASS
    assert [case.name for case in step.cases] == [CLEAN, "under unlink:32*1", "under rmdir:32*1"]
    assert "under 2 fault plans, in which 4 failures were injected" in step.summary


def test_one_process_runs_them_all():
    children = Children([*ALL, END])
    selftests(SETTINGS, lambda _line: None, children)
    assert [task["plans"] for task in children.tasks] == [["", "unlink:32*1", "rmdir:32*1"]]


def test_a_plan_that_injects_nothing_fails():
    step = run([ALL[0], answer("unlink:32*1", 0), ALL[2], END])
    assert step.state is StepState.FAIL
    assert "unlink:32*1 never fired" in step.cases[1].detail


def test_every_fault_of_a_plan_must_fire():
    half = answer(injected={"unlink:32*1": 1, "rmdir:32*1": 0})
    step = run([ALL[0], half, ALL[2], END])
    assert "rmdir:32*1 never fired" in step.cases[1].detail


def test_after_a_crash_a_new_process_runs_the_others():
    crash = ChildError("its process ended by signal 11")
    children = Children([ALL[0], crash], [ALL[2], END])
    step = selftests(SETTINGS, lambda _line: None, children)
    assert [case.state for case in step.cases] == [StepState.PASS, StepState.FAIL, StepState.PASS]
    assert "signal 11" in step.cases[1].detail
    assert [task["plans"] for task in children.tasks][1] == ["rmdir:32*1"]


def test_a_process_that_asks_for_a_new_one_gets_it():
    failed = answer("unlink:32*1", ending="failed", problems="It took too long.")
    step = run([ALL[0], failed, END], [ALL[2], END])
    assert [case.state for case in step.cases] == [StepState.PASS, StepState.FAIL, StepState.PASS]
    assert "It took too long." in step.cases[1].detail


def test_a_process_that_does_nothing_cannot_keep_the_gate_for_ever():
    step = run([END], [ALL[1], ALL[2], END])
    assert step.cases[0].state is StepState.FAIL


def test_when_every_process_crashes_every_run_has_failed():
    crash = [ChildError("its process ended by signal 9")]
    step = run(crash, crash, crash)
    assert [case.state for case in step.cases] == [StepState.FAIL] * 3
    assert step.summary.startswith("3 of 3 runs failed")


def test_a_process_that_dies_at_its_very_end_has_answered():
    assert run(ALL).state is StepState.PASS


def test_without_nemo_the_step_is_unknown_with_the_reason():
    missing = answer(ending="unavailable", problems="NeMo is not installed.", first_step="Install")
    step = run([missing, END])
    assert step.state is StepState.UNKNOWN
    assert step.stops
    assert "NeMo is not installed" in step.summary
    assert len(step.cases) == 1


def test_where_it_is_not_required_that_does_not_stop_the_gate():
    missing = answer(ending="unavailable", problems="NeMo is not installed.")
    settings = GateSettings(require_selftest=False)
    step = run([missing, END], settings=settings)
    assert (step.state, step.stops) == (StepState.UNKNOWN, False)
    assert "not required" in step.summary


def test_a_wrong_text_fails():
    wrong = answer(ending="wrong_text", problems="1 of 3 texts are wrong.")
    assert run([wrong, *ALL[1:], END]).cases[0].state is StepState.FAIL


@pytest.mark.parametrize(
    ("limits", "word"),
    [
        ({"max_real_time_factor": 0.4}, "max_real_time_factor"),
        ({"max_load_seconds": 1.9}, "max_load_seconds"),
        ({"max_peak_memory_mb": 899}, "max_peak_memory_mb"),
        ({"max_gpu_memory_mb": 1000}, "was not measured"),
    ],
)
def test_a_threshold_that_is_crossed_fails(limits: dict[str, float], word: str):
    settings = GateSettings(plans=SETTINGS.plans, **limits)
    step = run([*ALL, END], settings=settings)
    assert step.cases[0].state is StepState.FAIL
    assert word in step.cases[0].detail


def test_a_threshold_that_is_kept_passes():
    limits = {"max_real_time_factor": 0.5, "max_load_seconds": 2, "max_peak_memory_mb": 900}
    assert (
        run([*ALL, END], settings=GateSettings(plans=SETTINGS.plans, **limits)).state
        is StepState.PASS
    )


def test_leftovers_without_a_fault_are_a_warning():
    assert run([answer(left=2), *ALL[1:], END]).state is StepState.WARN


def test_leftovers_under_a_fault_are_what_it_is_for():
    assert run([*ALL[:2], answer("rmdir:32*1", left=2), END]).state is StepState.PASS


def test_a_process_that_cannot_be_started_is_told():
    def start(_name: str, _task: object) -> Any:
        raise OSError("no memory")

    step = selftests(SETTINGS, lambda _line: None, start)
    assert "no memory" in step.cases[0].detail


# Models of the Hub

CANARY, PARAKEET = "canary-qwen-2.5b", "parakeet-tdt-0.6b-v2"
PLAN = "unlink:32*2; rmdir:32*2"


def model_answers(**changed: Any) -> list[dict[str, Any]]:
    """Answers about a model: without faults, and under the plan for models."""
    fired = {"unlink:32*2": 2, "rmdir:32*2": 2}
    return [answer(**changed), answer(injected=fired, **changed), END]


def run_with(*processes: list[Any], models: tuple[str, ...] = (PARAKEET,), **more: Any) -> GateStep:
    settings = GateSettings(plans=SETTINGS.plans, models=models, **more)
    return run([*ALL, END], *processes, settings=settings)


def test_a_model_runs_in_a_process_of_its_own_without_faults_and_under_one_plan():
    children = Children([*ALL, END], model_answers(), model_answers())
    settings = GateSettings(plans=SETTINGS.plans, models=(CANARY, PARAKEET))
    step = selftests(settings, lambda _line: None, children)
    assert [task["model"] for task in children.tasks] == [None, CANARY, PARAKEET]
    assert [task["plans"] for task in children.tasks[1:]] == [["", PLAN]] * 2
    assert step.state is StepState.PASS
    assert [case.name for case in step.cases[3:5]] == [
        f"{CANARY} without faults",
        f"{CANARY} under {PLAN}",
    ]
    assert step.summary.endswith(
        f"; {CANARY}: every text was right; {PARAKEET}: every text was right"
    )
    assert f"{CANARY} and {PARAKEET}" in step.title


def test_a_model_that_is_not_in_the_cache_is_one_failed_case_with_its_sentence():
    missing = {"ending": "not_cached", "problems": "It is not in the local cache."}
    step = run_with([missing, END], model_answers(), models=(CANARY, PARAKEET))
    assert [case.state for case in step.cases[3:]] == [
        StepState.FAIL,
        StepState.PASS,
        StepState.PASS,
    ]
    assert step.cases[3].detail == "It is not in the local cache."
    assert f"; 1 of 1 run of {CANARY} failed" in step.summary
    assert step.stops


def test_a_model_whose_package_is_missing_has_failed_even_if_no_self_test_is_required():
    missing = answer(ending="unavailable", problems="peft is not installed.")
    step = run_with([missing, END], models=(CANARY,), require_selftest=False)
    assert (step.state, step.stops) == (StepState.FAIL, True)
    assert "peft is not installed" in step.cases[3].detail


def test_a_wrong_text_of_a_model_fails():
    wrong = answer(ending="wrong_text", problems="1 of 3 texts are wrong.")
    step = run_with([wrong, *model_answers()[1:]])
    assert step.cases[3].state is StepState.FAIL
    assert f"1 of 2 runs of {PARAKEET} failed" in step.summary


def test_a_model_without_temporary_folders_has_nothing_to_lock_and_says_so():
    nothing = answer(ending="nothing_injected", injected={"unlink:32*2": 0})
    step = run_with([answer(), nothing, END], models=(CANARY,))
    assert (step.state, step.cases[4].state) == (StepState.PASS, StepState.SKIP)
    assert "nothing to lock" in step.cases[4].detail


def test_any_other_model_must_have_been_disturbed():
    nothing = answer(ending="nothing_injected", injected={"unlink:32*2": 0}, problems="No fault.")
    assert run_with([answer(), nothing, END]).cases[4].state is StepState.FAIL


def test_the_thresholds_are_not_about_models_of_another_size():
    slow = model_answers(load_seconds=200.0, peak_memory=9_000_000_000)
    assert run_with(slow, max_load_seconds=2.0, max_peak_memory_mb=900).state is StepState.PASS


def test_a_model_that_crashes_takes_no_other_down():
    crash = ChildError("its process ended by signal 9")
    step = run_with([crash], [model_answers()[1], END], model_answers(), models=(CANARY, PARAKEET))
    states = [case.state for case in step.cases[3:]]
    assert states == [StepState.FAIL, StepState.PASS, StepState.PASS, StepState.PASS]


def test_without_nemo_no_model_is_tried():
    children = Children([answer(ending="unavailable", problems="NeMo is not installed."), END])
    settings = GateSettings(plans=SETTINGS.plans, models=(CANARY,))
    assert selftests(settings, lambda _line: None, children).state is StepState.UNKNOWN
    assert len(children.tasks) == 1
