"""Work in several processes keeps its order, and outlives a process that ends or never answers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import active_children
from pathlib import Path
from types import ModuleType

import psutil
import pytest

from tests.util.chunks import (
    an_error_for_7,
    ids_after_a_while,
    minus,
    name_at_the_second_try,
    process_ids,
    sizes_but_of_7,
    squares,
    squares_but_of_7,
    squares_here,
    squares_or_an_error_elsewhere,
    stuck_elsewhere,
)
from winasr_doctor._util import process_pool
from winasr_doctor._util.process_pool import helpers_for, map_in_processes

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the processes import `tests.util.chunks`, and not pytest as their main module."""
    monkeypatch.syspath_prepend(ROOT)
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))


def none_is_left() -> bool:
    """Wait until the other processes have ended, which they do when nothing is left to do."""
    end = time.monotonic() + 60
    while active_children() and time.monotonic() < end:
        time.sleep(0.01)
    return not active_children()


@pytest.mark.parametrize("lost", [None, minus])
@pytest.mark.parametrize("processes", [0, 2])
def test_results_are_in_the_order_of_the_items(processes, lost):
    found = map_in_processes(squares, range(50), processes=processes, chunk=3, lost=lost)
    assert list(found) == squares(list(range(50)))
    assert none_is_left()


@pytest.mark.parametrize("lost", [None, minus])
def test_no_item_gives_no_result(lost):
    assert not list(map_in_processes(squares, [], processes=2, chunk=3, lost=lost))


def test_nothing_is_started_without_a_process_to_help():
    assert set(map_in_processes(process_ids, range(50), processes=0, chunk=3)) == {os.getpid()}


def test_others_do_what_this_process_does_not_come_to():
    found = map_in_processes(process_ids, range(50), processes=2, chunk=3)
    assert none_is_left()
    assert os.getpid() not in set(found)


def test_this_process_does_what_no_other_has_begun():
    found = set(map_in_processes(ids_after_a_while, range(20), processes=1, chunk=1))
    assert found > {os.getpid()}


def test_this_process_does_nothing_that_could_end_it():
    found = map_in_processes(ids_after_a_while, range(20), processes=1, chunk=1, lost=minus)
    assert os.getpid() not in set(found)


def test_no_more_is_read_than_needed_of_work_that_could_end_this_process():
    read = []

    def numbers() -> Iterator[int]:
        for number in range(100):
            read.append(number)
            yield number

    results = map_in_processes(squares, numbers(), processes=2, chunk=3, lost=minus)
    assert next(results) == 0
    assert len(read) <= 15
    assert [0, *results] == squares(list(range(100)))


@pytest.mark.parametrize("function", [squares_here, squares_or_an_error_elsewhere])
def test_what_is_lost_or_fails_elsewhere_is_done_here(function):
    found = map_in_processes(function, range(50), processes=2, chunk=3)
    assert list(found) == squares(list(range(50)))
    assert none_is_left()


def test_only_the_item_that_ends_its_process_is_lost():
    found = map_in_processes(squares_but_of_7, range(20), processes=2, chunk=5, lost=minus)
    assert list(found) == [-7 if number == 7 else number**2 for number in range(20)]


def test_only_the_chunk_of_that_item_is_tried_one_by_one():
    found = list(map_in_processes(sizes_but_of_7, range(20), processes=1, chunk=5, lost=minus))
    assert found[5:] == [1, 1, -7, 1, 1, *[5] * 10]


def test_an_item_is_tried_again(tmp_path: Path):
    folders = [tmp_path / "one"]
    found = map_in_processes(
        name_at_the_second_try, folders, processes=1, chunk=5, lost=lambda _: "lost"
    )
    assert list(found) == ["one"]


@pytest.mark.parametrize("lost", [None, minus])
def test_an_error_that_this_process_would_have_too_is_raised(lost, caplog):
    with pytest.raises(ValueError):  # noqa: PT011 - it has no text
        list(map_in_processes(an_error_for_7, range(3, 20), processes=2, chunk=1, lost=lost))
    assert none_is_left()
    assert not caplog.text


@pytest.mark.parametrize("lost", [None, minus])
def test_the_others_end_when_nobody_wants_the_results(lost, caplog):
    found = map_in_processes(ids_after_a_while, range(1_000), processes=2, chunk=1, lost=lost)
    next(found)
    found.close()
    assert none_is_left()
    assert not caplog.text


def test_processes_that_never_answer_are_ended(monkeypatch):
    monkeypatch.setattr(process_pool, "PATIENCE", 0.1)
    found = map_in_processes(stuck_elsewhere, range(50), processes=2, chunk=3)
    assert list(found) == squares(list(range(50)))
    assert none_is_left()  # the pool's thread waits for them, too


def refuse(*_: object) -> None:
    raise PermissionError(13, "blocked by an administrator")


@pytest.mark.parametrize(
    "what", [f"{process_pool.__name__}._new_pool", "multiprocessing.context.SpawnProcess.start"]
)
def test_this_process_does_everything_if_no_other_can_be_started(what, monkeypatch):
    monkeypatch.setattr(what, refuse)
    found = map_in_processes(squares, range(50), processes=2, chunk=3)
    assert list(found) == squares(list(range(50)))


def test_a_pool_has_no_more_processes_than_windows_allows(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    process_pool._new_pool(1_000).shutdown()


@pytest.mark.parametrize(
    ("cores", "size", "started"), [(1, 1000, 0), (2, 1000, 1), (16, 1000, 10), (16, 99, 0)]
)
def test_each_core_but_one_gets_a_process_if_it_pays(cores, size, started, monkeypatch):
    monkeypatch.setattr(process_pool, "cores", lambda: cores)
    assert helpers_for(size, 100) == started


def test_an_interpreter_that_cannot_be_started_again_gets_no_help(monkeypatch):
    monkeypatch.setattr(process_pool, "cores", lambda: 16)
    monkeypatch.setattr(sys, "executable", "")
    assert helpers_for(1000, 100) == 0
    monkeypatch.setattr(sys, "executable", "app.exe")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert helpers_for(1000, 100) == 0


OWNER = """
import time
from tests.util.chunks import ids_after_a_while, minus, squares, stuck_elsewhere
from winasr_doctor._util.process_pool import map_in_processes

if __name__ == "__main__":
    found = map_in_processes({work}, processes=1, chunk=1, lost={lost})
    {wait}
    print("begun", flush=True)
    time.sleep(60)
"""


@contextmanager
def owner(folder: Path, **code: str) -> Iterator[tuple[subprocess.Popen[str], psutil.Process]]:
    """Run a process in a group of its own that has started another one."""
    script = folder / "owner.py"
    script.write_text(OWNER.format(**code))
    path = os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", "")))
    with subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
        start_new_session=True,
    ) as process:
        assert process.stdout.readline().strip() == "begun"
        (other,) = (
            child
            for child in psutil.Process(process.pid).children()
            if "resource_tracker" not in " ".join(child.cmdline())
        )
        yield process, other


@pytest.mark.parametrize("lost", ["None", "minus"])
def test_the_others_end_when_the_process_that_started_them_is_killed(lost, tmp_path):
    code = {"work": "ids_after_a_while, range(1_000)", "lost": lost, "wait": "time.sleep(1)"}
    with owner(tmp_path, **code) as (process, other):
        process.kill()
    assert not psutil.wait_procs([other], timeout=30)[1]


@pytest.mark.skipif(os.name == "nt", reason="a signal is sent to a group of processes")
@pytest.mark.parametrize(
    "code",
    [
        {"work": "stuck_elsewhere, range(9)", "lost": "None", "wait": "time.sleep(1)"},
        {"work": "squares, range(9)", "lost": "minus", "wait": "[next(found) for _ in range(9)]"},
    ],
    ids=["busy", "idle"],
)
def test_ctrl_c_ends_all_and_only_the_process_that_started_them_says_so(code, tmp_path):
    with owner(tmp_path, **code) as (process, other):
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert not psutil.wait_procs([other], timeout=30)[1]
    assert errors.count("Traceback") == 1
    assert errors.endswith("KeyboardInterrupt\n")
