"""What sessions take from each other, and what the last one takes away."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from winasr_doctor._guard import core, guard, session
from winasr_doctor._guard.session import GuardSession
from winasr_doctor.locks import RetryPolicy
from winasr_doctor.locks.tree_removal import DEFAULT_POLICY

from .conftest import LOADING, Import, Write


def test_imports_are_watched_while_a_session_is_open_and_no_longer(nemo: Import):
    watcher = core._PATCHES._watcher
    with guard(), guard():
        assert sys.meta_path.count(watcher) == 1
    assert watcher not in sys.meta_path


def test_a_session_without_a_policy_takes_that_of_the_nearest_one():
    near, far = RetryPolicy(total=1.0), RetryPolicy(total=2.0)
    with guard(far), guard(near), guard() as inner, guard() as innermost:
        assert inner.policy is near
        assert innermost.policy is near


def test_the_nearest_session_is_in_charge_then_the_newest_open_one(monkeypatch):
    far, near, old, new = (GuardSession(RetryPolicy(total=n), None) for n in range(4))
    monkeypatch.setattr(session, "everywhere", [old, new])
    assert session.in_charge((old, far, near)) is near
    assert session.in_charge(()) is new
    monkeypatch.setattr(session, "everywhere", [])
    assert session.in_charge((old, far, near)) is near
    assert session.in_charge(()).policy is DEFAULT_POLICY


def test_a_session_without_an_observer_does_not_silence_the_next(caplog):
    heard = []

    def fails(event):
        raise ZeroDivisionError

    observers = (None, fails, heard.append)
    sessions = [GuardSession(RetryPolicy(), None, each) for each in observers]
    session.tell(sessions, "an event")
    assert heard == ["an event"]
    assert "the observer" in caplog.text


def test_every_open_session_hears_what_cannot_be_guarded(write_nemo: Write, nemo: Import):
    write_nemo(loading="shape = 'another'")
    with guard() as outer, guard() as inner:
        nemo(LOADING)
        assert len(outer.problems) == 1
        assert inner.problems == outer.problems
        with guard() as late:
            assert late.problems == outer.problems


def test_a_guarded_function_keeps_its_name():
    @guard()
    def transcribe() -> str:
        """Transcribe."""
        return "text"

    assert (transcribe.__name__, transcribe.__doc__, transcribe()) == (
        "transcribe",
        "Transcribe.",
        "text",
    )


def test_leftovers_are_swept_now_and_then(monkeypatch: pytest.MonkeyPatch):
    now, swept = [1000.0], []
    monkeypatch.setattr(core, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(core, "default_ledger", lambda: SimpleNamespace(left_here=True))
    monkeypatch.setattr(core, "sweep", lambda _: swept.append(now[0]))
    patches = core._Patches(())
    for seconds in (0.0, core._BETWEEN_SWEEPS - 1, 1.0, core._BETWEEN_SWEEPS - 1, 1.0):
        now[0] += seconds
        patches.sweep_now_and_then()
    interval = core._BETWEEN_SWEEPS
    assert swept == [1000.0, 1000.0 + interval, 1000.0 + 2 * interval]


def test_a_process_that_left_nothing_sweeps_once(monkeypatch: pytest.MonkeyPatch):
    now, swept = [0.0], []
    monkeypatch.setattr(core, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(core, "default_ledger", lambda: SimpleNamespace(left_here=False))
    monkeypatch.setattr(core, "sweep", lambda _: swept.append(now[0]))
    patches = core._Patches(())
    for _ in range(3):
        patches.sweep_now_and_then()
        now[0] += 10 * core._BETWEEN_SWEEPS
    assert swept == [0.0]
