"""One call at a time on a model."""

from __future__ import annotations

import gc
import threading
import weakref

import pytest

from winasr_doctor.asr import jobs, named_lock
from winasr_doctor.asr.jobs import Done, Job, Stuck
from winasr_doctor.asr.named_lock import NamedLock, turn_of


class Model:
    """Equal to every other one, as no model should be."""

    def __eq__(self, other):
        return True

    __hash__ = None


def test_a_model_has_one_turn_and_another_model_has_another():
    first, second = Model(), Model()
    assert turn_of(first) is turn_of(first)
    assert turn_of(first) is not turn_of(second)


def test_a_model_is_not_kept_alive_by_its_turn():
    before, model = len(named_lock._models), Model()
    gone = weakref.ref(model)
    turn_of(model)
    del model
    gc.collect()
    assert gone() is None
    assert len(named_lock._models) <= before


def test_what_cannot_be_a_model_is_a_type_error():
    with pytest.raises(TypeError):
        turn_of(42)


def test_calls_follow_one_another():
    turn, inside, most = NamedLock("the model"), [], []
    begin = threading.Barrier(4)

    def work(job):
        begin.wait(60)
        with turn.taken(job):
            inside.append(1)
            most.append(len(inside))
            inside.pop()
        return True

    results = []
    callers = [
        threading.Thread(target=lambda: results.append(jobs.run(work, timeout=60)))
        for _ in range(4)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(60)
    assert results == [Done(True)] * 4
    assert most == [1, 1, 1, 1]


def test_who_waits_in_vain_is_told_that_the_model_is_busy_and_where_the_other_call_is(
    no_deadline_before,
):
    turn, gate, taken = NamedLock("the model"), threading.Event(), threading.Event()

    def transcribing_for_ever():
        taken.set()
        gate.wait()

    def first(job):
        with turn.taken(job):
            transcribing_for_ever()

    caller = threading.Thread(target=lambda: jobs.run(first, timeout=60), daemon=True)
    caller.start()
    try:
        assert taken.wait(60)

        def second(job):
            with turn.taken(job):
                pass

        looks = []
        no_deadline_before(lambda: looks and looks[0]().step is jobs.JobStep.WAITING)
        stuck = jobs.run(second, timeout=0.05, on_start=looks.append)
        assert isinstance(stuck, Stuck)
        assert "the model is busy" in stuck.stage
        assert "in transcribing_for_ever" in stuck.stage
    finally:
        gate.set()
        caller.join(60)


def test_a_turn_is_free_again_after_an_error():
    turn = NamedLock("the model")
    with pytest.raises(ValueError, match="no"), turn.taken(Job()):
        raise ValueError("no")
    with turn.taken(Job()):
        pass
    assert turn.busy() == "waiting for the model"
