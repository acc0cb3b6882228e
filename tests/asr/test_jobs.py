"""Work with a deadline and a cancel event; no test here sleeps."""

from __future__ import annotations

import contextvars
import gc
import threading
import time
import weakref

import pytest

from winasr_doctor.asr import jobs
from winasr_doctor.asr.jobs import Done, Failed, Stuck, Why

HERE = contextvars.ContextVar("HERE", default="nowhere")


class Local:
    """Something that can be referred to weakly."""


@pytest.fixture
def gate():
    """Give an event that is set at the end, so that no worker outlives its test."""
    event = threading.Event()
    yield event
    event.set()


def blocked_in_a_driver(gate):
    gate.wait()


def test_what_the_work_returns_is_handed_over():
    assert jobs.run(lambda _job: 42) == Done(42)


def test_what_the_work_raises_is_handed_over_not_raised():
    error = ValueError("no")

    def work(job):
        raise error

    assert jobs.run(work) == Failed(error)


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), SystemExit(3)])
def test_a_stop_that_the_work_raises_is_handed_over_too(stop):
    def work(job):
        raise stop

    assert jobs.run(work, timeout=10) == Failed(stop)


def test_the_work_sees_the_callers_context():
    token = HERE.set("in the guard")
    try:
        assert jobs.run(lambda _job: HERE.get()) == Done("in the guard")
    finally:
        HERE.reset(token)


def test_the_work_runs_in_a_daemon_thread():
    assert jobs.run(lambda _job: threading.current_thread().daemon) == Done(True)


def test_a_deadline_tells_where_the_worker_is_stuck(gate, no_deadline_before):
    def work(job):
        job.at("asking the driver")
        blocked_in_a_driver(gate)

    looks = []
    no_deadline_before(lambda: looks and "in blocked_in_a_driver" in looks[0]().where)
    stuck = jobs.run(work, timeout=0.2, on_start=looks.append)
    assert isinstance(stuck, Stuck)
    assert stuck.why is Why.DEADLINE
    assert stuck.stage == "asking the driver"
    assert "in blocked_in_a_driver" in stuck.where
    assert "test_jobs.py:" in stuck.where
    assert stuck.seconds >= 0.2 - time.get_clock_info("monotonic").resolution


def test_cancelling_ends_the_wait(gate):
    cancel = threading.Event()

    def work(job):
        cancel.set()
        blocked_in_a_driver(gate)

    stuck = jobs.run(work, cancel=cancel)
    assert isinstance(stuck, Stuck)
    assert stuck.why is Why.CANCELLED


def test_what_is_cancelled_before_it_began_is_never_begun():
    cancel = threading.Event()
    cancel.set()
    begun = []
    stuck = jobs.run(begun.append, cancel=cancel)
    assert isinstance(stuck, Stuck)
    assert begun == []


def test_an_abandoned_worker_stops_at_its_next_step(gate):
    ended = threading.Event()
    steps = []

    def work(job):
        try:
            gate.wait()
            job.at("the next step")
            steps.append("went on")
        finally:
            ended.set()

    jobs.run(work, timeout=0.05)
    gate.set()
    assert ended.wait(60)
    assert steps == []


def test_a_late_result_is_thrown_away_without_noise(gate, capfd, no_deadline_before):
    results = []
    workers = []
    no_deadline_before(lambda: workers)

    def work(job):
        workers.append(threading.current_thread())
        gate.wait()
        result = Local()
        results.append(weakref.ref(result))
        return result

    assert isinstance(jobs.run(work, timeout=0.05), Stuck)
    gate.set()
    workers[0].join(60)
    gc.collect()
    assert results[0]() is None
    assert capfd.readouterr() == ("", "")


def test_a_late_error_is_thrown_away_without_noise(gate, capfd, no_deadline_before):
    kept = []
    workers = []
    no_deadline_before(lambda: kept)

    def work(job):
        workers.append(threading.current_thread())
        local = Local()
        local.itself = local  # only a collection lets go of it
        kept.append(weakref.ref(local))
        gate.wait()
        raise RuntimeError("late")

    assert isinstance(jobs.run(work, timeout=0.05), Stuck)
    gate.set()
    workers[0].join(60)
    assert kept[0]() is None
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_of_the_caller_propagates_and_abandons_the_work(gate, monkeypatch, kind):
    seen = []

    def interrupted(settled, deadline, cancel):
        raise kind

    def work(job):
        seen.append(job)
        gate.wait()

    monkeypatch.setattr(jobs, "_wait", interrupted)
    with pytest.raises(kind):
        jobs.run(work)
    gate.set()
    for thread in threading.enumerate():
        if thread.name == "winasr-work":
            thread.join(60)
    assert seen[0].abandoned


def test_a_system_without_a_thread_left_is_an_error_of_the_work(monkeypatch):
    def no_thread(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", no_thread)
    result = jobs.run(lambda _job: 42)
    assert isinstance(result, Failed)
    assert "new thread" in str(result.error)


def test_the_frames_of_an_error_do_not_lead_back_to_the_work():
    def work(job):
        raise ValueError

    result = jobs.run(work)
    assert isinstance(result, Failed)
    assert result.error.__traceback__.tb_frame.f_code.co_name == "work"


def test_a_thread_that_has_ended_is_nowhere():
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()
    assert jobs.where_is(thread.ident) == ""
    assert jobs.where_is(None) == ""
