from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator

import pytest

from winasr_doctor.locks.holders.tracked import instances_of


class Mine:
    """A type of this test."""


class Derived(Mine):
    """A subclass of it."""


def test_the_instances_of_a_type_are_found_and_no_others():
    first, second, derived = Mine(), Mine(), Derived()
    found = instances_of([Mine])
    assert {id(each) for each in found} == {id(first), id(second)}
    assert derived in instances_of([Mine, Derived])


@pytest.mark.parametrize("enabled", [True, False])
def test_the_garbage_collector_is_as_before(enabled: bool):
    before = gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    try:
        instances_of([Mine])
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()


@pytest.fixture
def often() -> Iterator[None]:
    """Let threads take turns as often as possible."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("often")
def test_other_threads_build_tuples_undisturbed():
    """A plain `gc.get_objects()` makes some of them fail in each of these walks."""
    stop = threading.Event()
    failed: list[SystemError] = []

    def build() -> None:
        while not stop.is_set():
            try:
                tuple(number for number in range(300))
            except SystemError as error:
                failed.append(error)

    threads = [threading.Thread(target=build) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        instances_of([Mine])
    stop.set()
    for thread in threads:
        thread.join()
    assert failed == []
