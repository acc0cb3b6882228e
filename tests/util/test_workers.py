import threading
import time

import pytest

from winasr_doctor._util import workers
from winasr_doctor._util.workers import Budget, DeadlineTask, TooLateError, side_by_side


def test_a_task_returns_what_its_work_returned():
    assert DeadlineTask(lambda: 42, 10).result() == 42


def test_a_task_raises_what_its_work_raised():
    with pytest.raises(ZeroDivisionError):
        DeadlineTask(lambda: 1 / 0, 10).result()


def test_work_that_wants_to_exit_python_does_not_end_the_one_who_asks():
    def leave():
        raise SystemExit(3)

    with pytest.raises(RuntimeError, match="SystemExit: 3"):
        DeadlineTask(leave, 10).result()


def test_work_without_an_end_is_too_late():
    never = threading.Event()
    task = DeadlineTask(never.wait, 0.01)
    with pytest.raises(TooLateError):
        task.result()
    never.set()


def test_work_that_was_called_late_stays_late():
    gate, done = threading.Event(), threading.Event()

    def work():
        gate.wait()
        done.set()
        return "at last"

    task = DeadlineTask(work, 0.01)
    with pytest.raises(TooLateError):
        task.result()
    gate.set()
    assert done.wait(60)
    with pytest.raises(TooLateError):
        task.result()


def test_no_thread_is_left_when_a_result_is_there(monkeypatch):
    """One that is just ending could crash Python's exit."""
    monkeypatch.setattr(workers, "_SLICE", 60)  # however slowly the thread ends
    own = threading.local()
    threads = []

    class EndsSlowly:
        def __del__(self):
            time.sleep(0.1)

    def work():
        own.value = EndsSlowly()  # which goes with the thread
        threads.append(threading.current_thread())

    DeadlineTask(work, 10).result()
    assert not threads[0].is_alive()


def test_a_task_runs_in_a_daemon_thread_so_that_python_can_exit():
    assert DeadlineTask(lambda: threading.current_thread().daemon, 10).result()


def test_no_thread_left_is_an_error_of_the_task(monkeypatch):
    def refuse(_thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(RuntimeError, match="can't start"):
        DeadlineTask(lambda: 1, 10).result()


def test_many_things_are_done_at_once_and_keep_their_order():
    together = threading.Barrier(3, timeout=60)

    def work(number):
        together.wait()
        return number * number

    assert side_by_side(work, [1, 2, 3], 10) == [1, 4, 9]


def test_one_that_hangs_and_one_that_fails_leave_the_others_alone():
    never = threading.Event()
    work = {"good": lambda: 1, "hangs": never.wait, "fails": lambda: 1 / 0}
    assert side_by_side(lambda name: work[name](), work, 0.2) == [1, None, None]
    never.set()


def test_a_budget_of_steps_is_used_up():
    budget = Budget(60, 2)
    assert [budget.spend(), budget.spend(), budget.spend()] == [True, True, False]
    assert budget.exceeded


def test_a_budget_of_time_is_used_up():
    budget = Budget(-1, 100)
    assert not budget.spend()


def test_an_unspent_budget_is_not_exceeded():
    budget = Budget(60, 5)
    assert budget.spend(5)
    assert not budget.exceeded
