"""One schedule: a tree, locks on it, a budget; what `rmtree` makes of it, and what must hold."""

from __future__ import annotations

import os
import random
import time as cpu
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from winasr_doctor.locks import Attempt, CleanupReport, CleanupStatus, RetryPolicy, rmtree, sweep
from winasr_doctor.locks.ledger import Ledger
from winasr_doctor.windows.errors import DeleteClass

from .locks import FOREVER, Lock, locked

FOLDERS = ("", "inner")
FILES = ("manifest.json", "model_weights.ckpt", "inner/tokenizer.model")
PLACES = (*FILES, *FOLDERS)

PASSING = (32, 33, 5, 303, 170)
FINAL = (112, 1224, 1392)
BUDGETS = (0.0, 0.1, 0.3, 1.0, 3.0)

_TINY = 1e-6


@dataclass(frozen=True)
class Schedule:
    """What happens to one tree.

    Attributes:
        locks: On what in it, from when to when.
        budget: The policy's total, in seconds.
        ours: Whether the tree is claimed in the ledger from the start, as the guard's are.
    """

    locks: tuple[Lock, ...]
    budget: float
    ours: bool


def drawn(chance: random.Random) -> Schedule:
    """Draw a schedule; most locks are short, some begin late, some never end."""
    locks = []
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3))):
        start = chance.choice((0.0, 0.0, 0.0, chance.uniform(0, 0.5)))
        kind = chance.random()
        short, long = 10 ** chance.uniform(-3, -0.5), 10 ** chance.uniform(-0.5, 0.6)
        length = FOREVER if kind < 0.04 else long if kind < 0.08 else short
        code = chance.choice(FINAL if chance.random() < 0.1 else PASSING)
        locks.append(Lock(chance.choice(PLACES), start, start + length, code))
    return Schedule(tuple(locks), chance.choice(BUDGETS), chance.random() < 0.5)


def make_tree(root: str) -> None:
    """Write the files that are not there."""
    os.makedirs(os.path.join(root, "inner"), exist_ok=True)
    for name in FILES:
        os.close(os.open(os.path.join(root, name), os.O_CREAT | os.O_WRONLY))


def run(schedule: Schedule, root: str, ledger: Ledger) -> tuple[CleanupReport, float]:
    """Remove a tree under a schedule, check what must hold, then let go and sweep.

    Args:
        schedule: The locks.
        root: Where to put the tree; nothing is there, before and after.
        ledger: Empty, before and after.

    Returns:
        The report of the deletion, and the CPU seconds that it alone took.

    Raises:
        AssertionError: Something does not hold.
    """
    make_tree(root)
    claim = ledger.claim(root) if schedule.ours else None
    heard: list[Attempt] = []
    policy = RetryPolicy(total=schedule.budget, _random=random.Random(0))  # noqa: S311
    with locked(root, schedule.locks) as (table, time):
        began = cpu.process_time()
        report = rmtree(
            root,
            policy,
            on_attempt=heard.append,
            ledger=ledger,
            claim=claim,
        )
        seconds = cpu.process_time() - began
        now = time.monotonic()
        held = [path for path in _everything(root) if table.in_force(path)]
    assert tuple(heard) == report.attempts
    _nothing_waits_past_its_budget(schedule, report, now)
    _what_is_free_is_removed(schedule, report, held)
    _what_is_left_is_known(report, ledger, root)
    sweep(ledger)
    assert not os.path.lexists(root), "it is there after the locks are gone"
    assert ledger.entries() == [], "the ledger still has it"
    return report, seconds


def _everything(root: str) -> list[str]:
    paths = [os.path.join(root, place) if place else root for place in PLACES]
    return [path for path in paths if os.path.lexists(path)]


def _nothing_waits_past_its_budget(schedule: Schedule, report: CleanupReport, now: float) -> None:
    assert now <= schedule.budget + _TINY
    waited = [attempt.next_delay or 0.0 for attempt in report.attempts]
    assert abs(sum(waited) - now) < _TINY, "time passed that no attempt tells of"
    assert all(delay <= 0.25 + _TINY for delay in waited)
    for before, after in zip(report.attempts, report.attempts[1:], strict=False):
        assert before.elapsed <= after.elapsed
    assert report.attempts[-1].next_delay is None


def _what_is_free_is_removed(
    schedule: Schedule, report: CleanupReport, held: Sequence[str]
) -> None:
    locks = schedule.locks
    in_time = all(
        lock.passes and lock.end <= min(schedule.budget, lock.counted_until) for lock in locks
    )
    if in_time:
        assert report.gone, "every lock ended within the budget"
    if report.status is CleanupStatus.LEFT_BEHIND:
        assert held, "nothing held it any more"
        assert {failure.path for failure in report.leftovers} == set(_innermost(held))
    elif report.attempts:
        assert not held
    refused_for_good = report.leftovers and not any(
        failure.delete is DeleteClass.TRANSIENT for failure in report.leftovers
    )
    if refused_for_good:
        last_passing = max((lock.end for lock in locks if lock.passes), default=0.0)
        assert report.seconds <= last_passing * 1.2 + 0.3, "it waited for what does not pass"


def _innermost(held: Sequence[str]) -> list[str]:
    """Leave out the folders that stay only because of what is in them."""
    return [
        path for path in held if not any(o.startswith(path + os.sep) for o in held if o != path)
    ]


def _what_is_left_is_known(report: CleanupReport, ledger: Ledger, root: str) -> None:
    assert report.gone is not os.path.lexists(root)
    entries = ledger.entries()
    assert [entry.path for entry in entries] == ([] if report.gone else [root])
    assert report.deferred is not report.gone
    assert all(os.path.lexists(failure.path) for failure in report.leftovers)
    if not report.gone:
        left = {str(path) for path in Path(root).rglob("*")} | {root}
        stuck = {failure.path for failure in report.leftovers}
        free = {path for path in left if not any(s == path or s.startswith(path) for s in stuck)}
        assert not free, "something free was not removed"
