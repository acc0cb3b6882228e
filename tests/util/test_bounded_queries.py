"""Asking about things of which some never answer."""

from __future__ import annotations

import threading
import time

from winasr_doctor._util import workers
from winasr_doctor._util.bounded_queries import BoundedQueries


def test_everything_is_answered():
    assert BoundedQueries(str).answers(range(100), seconds=60) == (
        {n: str(n) for n in range(100)},
        0,
    )


def test_several_are_asked_about_at_once():
    together = threading.Barrier(3, timeout=60)
    answers, mute = BoundedQueries(lambda _: together.wait() < 3, per_item=60, at_once=3).answers(
        range(3), seconds=60
    )
    assert (answers, mute) == (dict.fromkeys(range(3), True), 0)


def test_one_that_hangs_costs_only_its_own_answer():
    free = threading.Event()

    def ask(number):
        if number == 1:
            free.wait()
        return number * 2

    patience = BoundedQueries(ask, per_item=0.3)  # also what each of the others has
    answers, mute = patience.answers([0, 1, 2, 3], seconds=60)
    assert (answers, mute) == ({0: 0, 2: 4, 3: 6}, 1)
    free.set()


def test_one_that_hangs_is_not_asked_again_while_it_does():
    free, asked = threading.Event(), []

    def ask(number):
        asked.append(number)
        free.wait()

    patience = BoundedQueries(ask, per_item=0.01)
    for _ in range(3):
        assert patience.answers([7], seconds=0.02) == ({}, 1)
    assert asked == [7]
    free.set()


def test_time_that_is_up_leaves_the_rest_unasked():
    free, asked = threading.Event(), []

    def ask(number):
        asked.append(number)
        free.wait()

    answers, mute = BoundedQueries(ask, per_item=10).answers(range(50), seconds=0.3)
    free.set()
    for thread in threading.enumerate():
        if thread.name == "winasr-query":
            thread.join()
    assert (answers, mute) == ({}, 50)
    assert asked == [0]


def test_no_thread_is_left_when_everything_has_answered(monkeypatch):
    """One that is just ending could crash Python's exit."""
    monkeypatch.setattr(workers, "_SLICE", 60)  # however slowly the thread ends
    own = threading.local()
    threads = []

    class EndsSlowly:
        def __del__(self):
            time.sleep(0.1)

    def ask(item):
        own.value = EndsSlowly()  # which goes with the thread
        threads.append(threading.current_thread())
        return item

    assert BoundedQueries(ask).answers([1], seconds=60) == ({1: 1}, 0)
    assert not threads[0].is_alive()
