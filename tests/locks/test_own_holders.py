"""How often a waiting deletion looks for its own open files, and what it says meanwhile."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from winasr_doctor.faults import VirtualClock, inject
from winasr_doctor.locks import RetryPolicy, rmtree, tree_removal
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
