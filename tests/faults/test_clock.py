from __future__ import annotations

import threading
import time as real_time

import pytest

from winasr_doctor._util import clock
from winasr_doctor.faults import VirtualClock


def test_time_passes_only_by_sleeping():
    time = VirtualClock(start=5)
    assert time.monotonic() == 5
    time.sleep(2.5)
    assert time.monotonic() == 7.5
    assert time.sleeps == [2.5]


def test_time_can_pass_without_anybody_waiting():
    time = VirtualClock()
    time.advance(3)
    assert time.monotonic() == 3
    assert time.sleeps == []


def test_time_does_not_go_back():
    with pytest.raises(ValueError, match="back"):
        VirtualClock().sleep(-1)


def test_it_says_that_it_is_virtual():
    with clock.using(VirtualClock()) as time:
        assert clock.current() is time
        assert clock.current().virtual


def test_the_time_module_can_follow_it():
    before = (real_time.sleep, real_time.monotonic, real_time.perf_counter)
    clock_of_test = VirtualClock(start=5)
    with clock_of_test.replacing_time():
        real_time.sleep(1000)
        assert real_time.monotonic() == real_time.perf_counter() == 1005
    assert before == (real_time.sleep, real_time.monotonic, real_time.perf_counter)


def test_no_sleep_of_any_thread_is_lost():
    time = VirtualClock()

    def wait():
        for _ in range(1000):
            time.sleep(1)

    threads = [threading.Thread(target=wait) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() == 8000
