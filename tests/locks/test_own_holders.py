"""How often a waiting deletion looks for its own open files, and what it says meanwhile."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from winasr_doctor.faults import VirtualClock, inject
from winasr_doctor.locks import RetryPolicy, rmtree, tree_removal
from winasr_doctor.locks.holder_lookup import _this_process
from winasr_doctor.locks.holders import Holding


@pytest.fixture
def asked_at(monkeypatch: pytest.MonkeyPatch, virtual_clock: VirtualClock) -> list[float]:
    """Record when the deletion looks for open files of this process; there are none."""
    times: list[float] = []

    def ours(_: str, paths: Sequence[str], *, maps: bool) -> dict[str, Holding]:
        times.append(virtual_clock.monotonic())
        return {}

    monkeypatch.setattr(tree_removal, "ours", ours)
    return times


def test_it_looks_less_and_less_often_and_once_more_at_the_end(tree: Path, asked_at: list[float]):
    began = VirtualClock().monotonic()
    with inject("unlink:32*inf@b.txt"):
        report = rmtree(tree, RetryPolicy(total=10.0), defer=False)
    times = [time - began for time in asked_at]
    assert times[0] == 0
    assert times[-1] == pytest.approx(10.0)
    between = times[:-1]
    assert 5 <= len(between) <= 8  # from 0.1 s on, each twice as late as the one before
    assert all(2 * early + 0.1 <= late < 3 * early + 0.6 for early, late in pairwise(between))
    assert len(report.attempts) > 3 * len(times)


@pytest.mark.parametrize(
    ("locked", "words"), [("b.txt", "b.txt: WinError 32"), ("*.txt", " and 1 more: WinError 32")]
)
def test_each_attempt_says_how_many_are_locked(
    tree: Path, asked_at: list[float], caplog: pytest.LogCaptureFixture, locked: str, words: str
):
    with inject(f"unlink:32*2@{locked}"), caplog.at_level(logging.DEBUG, "winasr_doctor"):
        rmtree(tree)
    told = [each.getMessage() for each in caplog.records if "cannot remove" in each.getMessage()]
    assert words in told[0]
    assert (" more" in told[0]) is (" more" in words)


def test_what_was_ours_when_the_system_was_asked_is_waited_for_once_it_is_not(
    tree: Path, asked_at: list[float], monkeypatch: pytest.MonkeyPatch
):
    """The answer may be older than the release of our own handle; another process still has it."""

    class OldAnswer:
        def __init__(self, _: object) -> None: ...

        def ask(self, path: str) -> None: ...

        def answers(self, *, wait: bool) -> dict[str, Holding]:
            path = str(tree / "inner" / "b.txt")
            return {path: Holding(path, (_this_process(path),))}

    monkeypatch.setattr(tree_removal, "HolderQuestion", OldAnswer)
    with inject("unlink:32*5@b.txt"):
        report = rmtree(tree)
    assert report.gone, report
    assert report.attempts[0].failures[0].holding is not None


def test_the_report_waits_for_the_name_of_the_holder(tree: Path, monkeypatch: pytest.MonkeyPatch):
    """On a slow machine, finding out who holds a file can take longer than the retries."""

    def slow(path: str, **_: object) -> Holding:
        time.sleep(0.6)
        return Holding(path, (_this_process(path),))

    monkeypatch.setattr("winasr_doctor.locks.holders.holders_of", slow)
    with inject("unlink:32*inf@b.txt"):
        report = rmtree(tree, RetryPolicy(total=0.3), defer=False)
    assert report.holding is not None
