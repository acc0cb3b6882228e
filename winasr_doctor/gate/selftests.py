"""Runs the self-test as a step of the gate: without faults, then under each plan.

The bundled model runs first; if it could be tried, the requested models of the Hub follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from time import monotonic
from typing import Any, Protocol

from winasr_doctor.gate.cached_models import model_source
from winasr_doctor.gate.child import Answer, Child, ChildError
from winasr_doctor.gate.outcome import Case, GateStep, StepState
from winasr_doctor.gate.selftest_child import NOT_CACHED
from winasr_doctor.gate.settings import MODEL_PLANS, GateSettings

CLEAN = "without faults"
_MB = 1e6
_GRACE = 60.0
"""Seconds beyond its own deadline that a self-test may take before its process is ended."""

Progress = Callable[[str], None]


class SelfTestWork(Protocol):
    """The interface of a child process that this module uses."""

    def next(self, seconds: float) -> Answer:
        """Wait for an answer; raises `ChildError`."""


Start = Callable[[str, object], AbstractContextManager[SelfTestWork]]
"""Starts a child; see `Child`."""


def selftests(settings: GateSettings, progress: Progress, start: Start = Child) -> GateStep:
    """Run the self-tests.

    Args:
        settings: Plans, thresholds, device and time limits.
        progress: Called with a line before each slow operation.
        start: Starts the child processes.

    Returns:
        The step; a plan that crashes or hangs is a failed case and takes nothing else down.
    """
    began = monotonic()
    bundled = _all_runs(None, settings.plans, settings, progress, start)
    others: dict[str, list[Case]] = {}
    if bundled[0].state is not StepState.UNKNOWN:
        for model in settings.models:
            others[model] = _all_runs(model, MODEL_PLANS, settings, progress, start)
    return _step(bundled, others, settings, monotonic() - began)


def _all_runs(
    model: str | None,
    plans: Sequence[str],
    settings: GateSettings,
    progress: Progress,
    start: Start,
) -> list[Case]:
    """Run a model without faults and under each plan, in as many processes as needed."""
    cases: list[Case] = []
    waiting = ["", *plans]
    while waiting:
        done = list(_one_process(model, waiting, settings, progress, start))
        cases += done
        del waiting[: len(done)]
        if cases[0].state is StepState.UNKNOWN or cases[-1].facts.get("ending") in _FOR_ALL:
            break
    return cases


_FOR_ALL = (NOT_CACHED, "unavailable")
"""Endings that every further run of the model would share."""


def _step(
    bundled: Sequence[Case],
    others: Mapping[str, Sequence[Case]],
    settings: GateSettings,
    seconds: float,
) -> GateStep:
    more = f" and {' and '.join(others)}" if others else ""
    return GateStep(
        "selftest",
        f"Self-test: the bundled model{more} on the bundled recordings",
        _summary(bundled, settings) + "".join(_of_model(*each) for each in others.items()),
        (*bundled, *(case for cases in others.values() for case in cases)),
        required=settings.require_selftest,
        seconds=seconds,
    )


def _summary(cases: Sequence[Case], settings: GateSettings) -> str:
    if cases[0].state is StepState.UNKNOWN:
        required = "" if settings.require_selftest else ", which is not required"
        return f"could not be tried{required}: {cases[0].detail.rstrip('.')}"
    bad = sum(case.state is StepState.FAIL for case in cases)
    plans = f"under {len(cases) - 1} fault plans"
    if bad:
        return f"{bad} of {len(cases)} runs failed (one without faults, the others {plans})"
    times = sum(_times(case.facts) for case in cases)
    return (
        f"every text was right without faults and {plans}, in which {times} failures were injected"
    )


def _of_model(model: str, cases: Sequence[Case]) -> str:
    bad = sum(case.state is StepState.FAIL for case in cases)
    if bad:
        return f"; {bad} of {len(cases)} run{'s' * (len(cases) != 1)} of {model} failed"
    return f"; {model}: every text was right"


def _times(facts: Mapping[str, Any]) -> int:
    return sum(dict(facts.get("injected") or {}).values())


def _one_process(
    model: str | None,
    plans: Sequence[str],
    settings: GateSettings,
    progress: Progress,
    start: Start,
) -> Iterator[Case]:
    """Yield a case for each plan until one fails so badly that a new process is needed."""
    deadline = settings.selftest_timeout
    asked = {"device": settings.device, "plans": list(plans), "deadline": deadline}
    task = {**asked, "model": model}
    began, answered = monotonic(), 0
    try:
        with start("winasr_doctor.gate.selftest_child:run", task) as child:
            for plan in plans:
                progress(f"Self-test {_name(model, plan)} ...")
                began = monotonic()
                answer = child.next(deadline + _GRACE)
                if answer.get("end") and answered:
                    return  # it requests a new process
                case = _judged(model, plan, answer, settings, monotonic() - began)
                answered += 1
                yield case
                if case.facts.get("ending") in _FOR_ALL:
                    return
            with suppress(ChildError):  # the answers count, however the process ends
                child.next(_GRACE)
    except ChildError as error:
        problem = f"The self-test failed: {error}."
        yield Case(_name(model, plans[answered]), StepState.FAIL, problem, monotonic() - began)
    except OSError as error:
        problem = f"No process could be started: {error}."
        yield Case(_name(model, plans[answered]), StepState.FAIL, problem)


def _name(model: str | None, plan: str) -> str:
    how = f"under {plan}" if plan else CLEAN
    return how if model is None else f"{model} {how}"


def _judged(
    model: str | None, plan: str, answer: Answer, settings: GateSettings, seconds: float
) -> Case:
    facts = {key: value for key, value in answer.items() if key not in {"problems", "first_step"}}
    words = [str(answer[key]) for key in ("problems", "first_step") if answer.get(key)]
    ending = answer.get("ending")
    if ending == "unavailable":
        # A named model must be tried; for the bundled one, an earlier line says what is missing.
        state = StepState.UNKNOWN if model is None else StepState.FAIL
    elif ending == "nothing_injected" and _has_no_folders(model):
        state, words = StepState.SKIP, [_NOTHING_TO_LOCK]
    elif ending != "passed":
        state, words = StepState.FAIL, words or [f"It ended with {ending}."]
    elif plan:
        state, words = _fired(answer)
    else:
        # The thresholds apply to the bundled model only: other models differ in size.
        state, words = _within(answer, settings if model is None else GateSettings())
    return Case(_name(model, plan), state, " ".join(words), seconds, facts)


_NOTHING_TO_LOCK = (
    "Every text was right, but it makes no temporary folder, so there was nothing to lock."
)


def _has_no_folders(model: str | None) -> bool:
    """Return whether loading and transcribing make no temporary folders.

    Source: NeMo 3.0.0, `nemo/collections/speechlm2`, observed from loading to the second text.
    """
    return model is not None and model_source(model).is_speech_language


def _fired(answer: Answer) -> tuple[StepState, list[str]]:
    never = [fault for fault, times in answer["injected"].items() if not times]
    if not never and answer["injected"]:
        return StepState.PASS, []
    which = ", ".join(never) or "no fault"
    return StepState.FAIL, [f"{which} never fired, so the run proves nothing about it."]


_LIMITS = (
    ("max_real_time_factor", "real_time_factor", 1.0, "s of transcribing for each second of audio"),
    ("max_load_seconds", "load_seconds", 1.0, "s of loading"),
    ("max_peak_memory_mb", "peak_memory", _MB, "MB of memory"),
    ("max_gpu_memory_mb", "gpu_memory", _MB, "MB of the GPU's memory"),
)
"""Setting, measured value, unit, and what the value is called."""


def _within(answer: Answer, settings: GateSettings) -> tuple[StepState, list[str]]:
    state, words = StepState.PASS, []
    for setting, name, unit, called in _LIMITS:
        limit, value = getattr(settings, setting), answer.get(name)
        if limit is None:
            continue
        if value is None:
            state = StepState.FAIL
            words.append(f"{setting} is set, but was not measured here.")
        elif value / unit > limit:
            state = StepState.FAIL
            words.append(f"{value / unit:.3g} {called} are more than {limit:g} ({setting}).")
    if answer.get("left") and state is StepState.PASS:
        left = answer["left"]
        return StepState.WARN, [f"{left} paths could not be removed although nothing was injected."]
    return state, words
