"""Deadlines, cancelling and taking turns while the real NeMo is at work."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from winasr_doctor.asr import CancelledError, DeadlineError, transcribe
from winasr_doctor.asr.jobs import JobState, JobStep

from .conftest import F3, KLATT3

RECORDING, TEXT = KLATT3


class Block:
    """A forward pass that does not return until it is let go."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.gate = threading.Event()
        self.workers: list[threading.Thread] = []

    def in_the_driver(self) -> None:
        self.workers.append(threading.current_thread())
        self.entered.set()
        self.gate.wait()

    def end(self) -> None:
        self.gate.set()
        for worker in self.workers:
            worker.join(60)


@pytest.fixture
def block(model: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Block]:
    """Let the model's forward pass block, once."""
    block = Block()
    encoder = model.encoder.forward

    def forward(*args: Any, **options: Any) -> Any:
        if not block.entered.is_set():
            block.in_the_driver()
        return encoder(*args, **options)

    monkeypatch.setattr(model.encoder, "forward", forward)
    yield block
    block.end()


def in_background(work: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(work()))
    thread.start()
    return thread, results


def test_a_deadline_tells_where_in_nemo_the_worker_is_stuck(
    model: Any, block: Block, no_deadline_before: Callable[..., None]
):
    looks: list[Callable[[], JobState]] = []
    no_deadline_before(lambda: block.entered.is_set() and " in wait, " in looks[0]().where)
    outcome = transcribe(model, RECORDING, timeout=0.1, on_start=looks.append)
    assert outcome.status == "transcribe_failed"
    assert isinstance(outcome.error, DeadlineError)
    assert "Transcribing took longer than 0.1 s" in outcome.message.headline
    assert f"transcribing {RECORDING}" in outcome.message.details[1]
    assert "in_the_driver" in outcome.message.details[2]


def test_after_a_deadline_the_model_is_busy_until_the_call_returns(
    model: Any, block: Block, no_deadline_before: Callable[..., None]
):
    no_deadline_before(block.entered.is_set)
    assert not transcribe(model, RECORDING, timeout=0.1).ok
    looks: list[Callable[[], JobState]] = []
    no_deadline_before(lambda: looks and looks[0]().step is JobStep.WAITING)
    busy = transcribe(model, F3[0], timeout=0.1, on_start=looks.append)
    assert isinstance(busy.error, DeadlineError)
    assert "the model is busy" in busy.message.details[1]
    assert "in_the_driver" in busy.message.details[1]
    block.end()
    no_deadline_before(lambda: True)
    assert transcribe(model, F3[0], timeout=120).text == F3[1]


def test_cancelling_answers_at_once_with_what_was_finished(model: Any, monkeypatch):
    cancel = threading.Event()
    outcome = transcribe(
        model,
        [RECORDING, F3[0]],
        batch_size=1,
        cancel=cancel,
        on_progress=lambda *_: cancel.set(),
    )
    # The worker may have finished the second one before the caller noticed.
    if outcome.ok:
        assert len(outcome.transcripts) == 2
    else:
        assert isinstance(outcome.error, CancelledError)
        assert outcome.transcripts[0].text == TEXT


def test_cancelling_does_not_wait_for_nemo(model: Any, block: Block):
    cancel = threading.Event()
    caller, results = in_background(lambda: transcribe(model, RECORDING, cancel=cancel))
    assert block.entered.wait(60)
    cancel.set()
    caller.join(60)
    (outcome,) = results
    assert isinstance(outcome.error, CancelledError)
    assert not block.gate.is_set()


def test_calls_on_one_model_follow_one_another(model: Any, block: Block):
    first, first_results = in_background(lambda: transcribe(model, RECORDING))
    assert block.entered.wait(60)
    second, second_results = in_background(lambda: transcribe(model, F3[0]))
    second.join(0.3)
    assert second.is_alive()
    block.gate.set()
    first.join(60)
    second.join(60)
    assert first_results[0].text == TEXT
    assert second_results[0].text == F3[1]


def test_another_model_is_not_held_up(model: Any, block: Block, restore: Callable[[], Any]):
    other = restore()
    caller, _ = in_background(lambda: transcribe(model, RECORDING))
    assert block.entered.wait(60)
    assert transcribe(other, RECORDING, timeout=120).text == TEXT
    block.end()
    caller.join(60)


def test_many_callers_on_one_model_all_get_their_own_text(model: Any):
    wanted = [KLATT3, F3] * 3
    callers = [
        in_background(lambda recording=recording: transcribe(model, recording))
        for recording, _ in wanted
    ]
    for caller, _ in callers:
        caller.join(60)
    assert [results[0].text for _, results in callers] == [text for _, text in wanted]


def test_ctrl_c_propagates_and_the_model_is_free_again(model: Any, block: Block, monkeypatch):
    from winasr_doctor.asr import jobs

    wait = jobs._wait

    def interrupted(*args: Any) -> None:
        assert block.entered.wait(60)
        raise KeyboardInterrupt

    monkeypatch.setattr(jobs, "_wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        transcribe(model, RECORDING)
    monkeypatch.setattr(jobs, "_wait", wait)
    block.end()
    assert transcribe(model, RECORDING, timeout=120).text == TEXT
