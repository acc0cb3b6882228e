"""Other processes do shared work from its end; this one does the rest, and all if it must."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Future
from multiprocessing import active_children, parent_process
from pathlib import Path

import psutil
import pytest

from winasr_doctor._util import helpers
from winasr_doctor._util.helpers import helpers_for, share


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the processes import the functions below: they get this `sys.path`."""
    monkeypatch.syspath_prepend(Path(__file__).parents[2])


def squares(numbers: list[int]) -> list[int]:
    return [number**2 for number in numbers]


def squares_here(numbers: list[int]) -> list[int]:
    if parent_process() is not None:
        os._exit(1)
    return squares(numbers)


def squares_or_an_error_elsewhere(numbers: list[int]) -> list[int]:
    if parent_process() is not None:
        raise ValueError
    return squares(numbers)


def process_ids(numbers: list[int]) -> list[int]:
    return [os.getpid() for _ in numbers]


def on_interrupt(numbers: list[int]) -> list[bool]:
    return [signal.getsignal(signal.SIGINT) == signal.SIG_IGN for _ in numbers]


def ids_after_a_while(numbers: list[int]) -> list[int]:
    time.sleep(0.2)
    return process_ids(numbers)


def failed(future: Future[list[int]]) -> bool:
    return future.done() and future.exception() is not None


def leave_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave everything to the other processes, however long they take."""
    usual = helpers._Work.results

    def results(work):
        while work._end > 0 and work._futures and not any(map(failed, work._futures.values())):
            time.sleep(0.01)
        return usual(work)

    monkeypatch.setattr(helpers._Work, "results", results)


@pytest.mark.parametrize("processes", [0, 2])
def test_results_are_in_the_order_of_the_items(processes):
    assert list(share(squares, range(50), 3, processes)) == squares(list(range(50)))


def test_nothing_is_started_without_a_process_to_help():
    assert set(share(process_ids, range(50), 3, 0)) == {os.getpid()}


def test_others_do_what_this_process_does_not_come_to(monkeypatch):
    leave_all(monkeypatch)
    assert os.getpid() not in set(share(process_ids, range(50), 3, 2))


def test_this_process_does_what_no_other_has_begun():
    found = share(ids_after_a_while, range(20), 1, 1)
    assert next(found) == os.getpid()
    assert set(found) > {os.getpid()}


@pytest.mark.parametrize("function", [squares_here, squares_or_an_error_elsewhere])
def test_what_is_lost_or_fails_elsewhere_is_done_here(function, monkeypatch):
    leave_all(monkeypatch)
    assert list(share(function, range(50), 3, 2)) == squares(list(range(50)))


def stuck_elsewhere(numbers: list[int]) -> list[int]:
    if parent_process() is not None:
        time.sleep(3_600)
    return squares(numbers)


def test_processes_that_never_answer_are_ended(monkeypatch):
    monkeypatch.setattr(helpers, "PATIENCE", 0.1)
    assert list(share(stuck_elsewhere, range(50), 3, 2)) == squares(list(range(50)))
    end = time.monotonic() + 30
    while active_children() and time.monotonic() < end:  # the pool's thread waits for them, too
        time.sleep(0.01)
    assert not active_children()


def test_this_process_does_everything_if_no_other_can_be_started(monkeypatch):
    def refuse(_processes: int) -> None:
        raise PermissionError(13, "blocked by an administrator")

    monkeypatch.setattr(helpers, "_new_pool", refuse)
    assert list(share(squares, range(50), 3, 2)) == squares(list(range(50)))


@pytest.mark.parametrize(
    ("cores", "size", "started"), [(1, 1000, 0), (2, 1000, 1), (16, 1000, 10), (16, 99, 0)]
)
def test_each_core_but_one_gets_a_process_if_it_pays(cores, size, started, monkeypatch):
    monkeypatch.setattr(helpers, "_cores", lambda: cores)
    assert helpers_for(size, 100) == started


def test_an_interpreter_that_cannot_be_started_again_gets_no_help(monkeypatch):
    monkeypatch.setattr(helpers, "_cores", lambda: 16)
    monkeypatch.setattr(sys, "executable", "")
    assert helpers_for(1000, 100) == 0
    monkeypatch.setattr(sys, "executable", "app.exe")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert helpers_for(1000, 100) == 0


def test_ctrl_c_is_left_to_the_process_that_started_the_others(monkeypatch):
    leave_all(monkeypatch)
    assert all(share(on_interrupt, range(4), 1, 2))


OWNER = """
import time
from tests.util.test_helpers import ids_after_a_while
from winasr_doctor._util.helpers import share

if __name__ == "__main__":
    found = share(ids_after_a_while, range(1_000), 1, 1)
    time.sleep(1)
    print("begun", flush=True)
    time.sleep(60)
"""


def test_the_others_end_when_the_process_that_started_them_is_killed(tmp_path):
    script = tmp_path / "owner.py"
    script.write_text(OWNER)
    path = os.pathsep.join((str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")))
    with subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}
    ) as owner:
        assert owner.stdout.readline().strip() == b"begun"
        others = psutil.Process(owner.pid).children()
        owner.kill()
    assert others
    assert not psutil.wait_procs(others, timeout=30)[1]
