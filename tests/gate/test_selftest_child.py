"""What the child process of the self-tests answers."""

from __future__ import annotations

from typing import Any

import pytest

from winasr_doctor.asr.outcomes import Message
from winasr_doctor.findings import Remedy
from winasr_doctor.gate import selftest_child
from winasr_doctor.gate.cached_models import NotCachedError
from winasr_doctor.selftest import SelfTestOutcome
from winasr_doctor.selftest.result import SelfTest


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that runs plans whose self-tests end as given."""
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)

    def start(*endings: SelfTestOutcome, model: str | None = None, **more: Any) -> list[Any]:
        left = iter(endings)
        monkeypatch.setattr(
            selftest_child,
            "self_test",
            lambda device, **given: SelfTest(
                ending=next(left), heard=(), device=device, plan=str(given["plan"] or ""), **more
            ),
        )
        answers: list[Any] = []
        plans = ["", *["unlink:32*1"] * (len(endings) - 1)]
        task = {"model": model, "plans": plans, "device": "cpu", "deadline": 1.0}
        selftest_child.run(task, answers.append)
        assert answers[-1] == {"end": True}
        return answers[:-1]

    return start


def test_each_plan_has_an_answer(run):
    clean, faulty = run(SelfTestOutcome.PASSED, SelfTestOutcome.PASSED)
    assert (clean["ending"], clean["device"], clean["problems"]) == ("passed", "cpu", None)
    assert faulty["texts"] == 0


def test_after_a_failure_a_new_process_goes_on(run):
    problems = Message("It\n broke.", (), (Remedy("Mend it", ("First", "Then")),))
    (only,) = run(SelfTestOutcome.FAILED, SelfTestOutcome.PASSED, problems=problems)
    assert (only["problems"], only["first_step"]) == ("It broke.", "Mend it: First")


def test_a_model_that_is_not_here_is_not_tried(run, monkeypatch: pytest.MonkeyPatch):
    def missing(name: str) -> str:
        raise NotCachedError(f"{name} is not here.")

    monkeypatch.setattr(selftest_child, "commit_in_cache", missing)
    (only,) = run(SelfTestOutcome.PASSED, model="parakeet")
    assert only == {"ending": "not_cached", "problems": "parakeet is not here."}


def test_without_the_hubs_client_loading_says_what_is_missing(run, monkeypatch: pytest.MonkeyPatch):
    def no_client(name: str) -> str:
        raise ImportError(name)

    monkeypatch.setattr(selftest_child, "commit_in_cache", no_client)
    (only,) = run(SelfTestOutcome.UNAVAILABLE, model="parakeet")
    assert (only["ending"], only["revision"]) == ("unavailable", None)
