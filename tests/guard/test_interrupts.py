"""Ctrl+C at every bytecode boundary of entering and leaving the guard restores everything.

A trace function raises `KeyboardInterrupt` before the first, second, third ... bytecode of the
guard's own modules, of contextlib and of the function with the `with` statement, until one run
is not interrupted any more.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator

import pytest

from winasr_doctor import _guard, frameworks
from winasr_doctor._guard import core, guard, patches, session
from winasr_doctor._guard.mutex import Mutex

from .conftest import LOADING, MODEL, TRANSCRIBING, Import

TRACED = (
    os.path.dirname(_guard.__file__),
    os.path.dirname(frameworks.__file__),
    contextlib.__file__,
)
MODULES = (LOADING, TRANSCRIBING, MODEL)


def interrupted(action: Callable[[], object]) -> Iterator[int]:
    """Run the action again and again, each time interrupted one bytecode later.

    Yields:
        Which bytecode was not run, after each run that was interrupted.
    """
    for number in itertools.count(1):
        try:
            _run(action, number)
        except KeyboardInterrupt:
            pass
        else:
            return
        yield number  # the interrupt has been handled: its traceback is gone


def _run(action: Callable[[], object], number: int) -> None:
    left = number

    def trace(frame, event, _):
        nonlocal left
        if event == "call":
            code = frame.f_code
            if code is not action.__code__ and not code.co_filename.startswith(TRACED):
                return None
            frame.f_trace_opcodes = True
            frame.f_trace_lines = False
        elif event == "opcode":
            left -= 1
            if not left:
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys._getframe().f_trace_opcodes = True  # or Python 3.12 tells of no bytecode at all
    sys.settrace(trace)
    try:
        action()
    finally:
        sys.settrace(before)


class Everything:
    """What the guard changes in the process."""

    def __init__(self, load: Import) -> None:
        self._modules = [load(name) for name in MODULES]
        self._before = self._now()

    def _now(self) -> list[object]:
        return [
            *(vars(each).get("tempfile") for each in self._modules),
            vars(self._modules[-1].ModelPT)["restore_from"],
            *sys.meta_path,
        ]

    @property
    def is_restored(self) -> bool:
        return (
            self._now() == self._before
            and not session.everywhere
            and not session.here.get()
            and not core._PATCHES._undo
            and _is_free(core._PATCHES._mutex)
        )


def _is_free(mutex: Mutex) -> bool:
    """Return whether the interrupted thread, this one, has let go; asking another costs a start."""
    return not mutex._lock._is_owned() and mutex._inside is None


@pytest.fixture
def everything(nemo: Import, monkeypatch: pytest.MonkeyPatch) -> Everything:
    monkeypatch.setattr(core, "sweep", lambda _ledger: None)
    with guard():
        pass  # sweeps; what follows does not
    return Everything(nemo)


def one() -> None:
    with guard():
        pass


def nested() -> None:
    with guard(), guard():
        pass


def with_sweep() -> None:
    core._PATCHES._swept_at = None
    with guard():
        pass


@pytest.mark.parametrize("action", [one, nested, with_sweep])
def test_everything_is_restored_wherever_ctrl_c_strikes(action, everything: Everything):
    number = 0
    for number in interrupted(action):
        assert everything.is_restored, f"not restored when interrupted before bytecode {number}"
    assert number > 200
    assert everything.is_restored


def test_the_block_of_another_thread_stays_guarded(nemo: Import, everything: Everything):
    loading = nemo(LOADING)
    inside, leave = threading.Event(), threading.Event()

    def other() -> None:
        with guard():
            inside.set()
            leave.wait(30)

    thread = threading.Thread(target=other)
    thread.start()
    assert inside.wait(30)
    for number in interrupted(one):
        assert loading.tempfile is not tempfile, f"interrupted before bytecode {number}"
        assert len(session.everywhere) == 1
    leave.set()
    thread.join()
    assert everything.is_restored


def test_another_block_can_be_opened_after_each_interrupt(nemo: Import, everything: Everything):
    for _ in interrupted(one):
        with guard():
            assert all(nemo(name).tempfile is not tempfile for name in (LOADING, TRANSCRIBING))
        assert everything.is_restored


def test_at_two_places_at_most_the_interrupt_must_be_handled_first(everything: Everything):
    """Python runs nothing of ours before the first bytecode of `__exit__`, for example."""
    late = set()
    for number in itertools.count(1):
        try:
            _run(one, number)
        except KeyboardInterrupt as interrupt:
            if not everything.is_restored:
                *_, (frame, _), (_trace, _) = traceback.walk_tb(interrupt.__traceback__)
                late.add(frame.f_code.co_name)
                del frame, _trace
        else:
            break
    assert late <= {"__enter__", "__exit__"}


def test_a_load_that_is_interrupted_is_not_taken_for_one_under_way(nemo: Import):
    model = nemo(MODEL)
    with guard():

        def load() -> None:
            model.ModelPT.restore_from("a.nemo")

        for number in interrupted(load):
            assert not patches._Restoring._under_way, f"interrupted before bytecode {number}"
            assert _is_free(patches._Restoring._mutex)


def test_a_sweep_that_is_interrupted_leaves_nothing_on(everything: Everything, monkeypatch):
    def interrupt(_ledger: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(core, "sweep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        with_sweep()
    assert everything.is_restored


def test_a_block_is_open_once(everything: Everything):
    block = guard()
    with block, pytest.raises(RuntimeError, match="open already"):
        block.__enter__()
    with block:
        pass
    assert everything.is_restored


def test_a_function_can_be_guarded(nemo: Import, everything: Everything):
    @guard()
    def work(depth: int) -> bool:
        return nemo(LOADING).tempfile is not tempfile and (not depth or work(depth - 1))

    assert work(2)
    assert everything.is_restored
