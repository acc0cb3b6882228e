"""Thousands of drawn schedules of locks, in virtual time.

`WINASR_DOCTOR_SCHEDULES` sets how many (`tox -e soak` takes a million); the report ends with how
many there were. A failure names its seed, which draws the same schedule again.

With `WINASR_DOCTOR_RESULTS`, results are kept in that folder, and pieces that have one are skipped;
`WINASR_DOCTOR_SHARD` takes a share of the pieces, such as `3/8`. `tools/shards` merges the results.
"""

from __future__ import annotations

import logging
import os
import random
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from winasr_doctor.faults.operations import replaced
from winasr_doctor.locks.ledger import Ledger

from .schedules import drawn, run

COUNT = int(os.environ.get("WINASR_DOCTOR_SCHEDULES", "10000"))
PIECES = max(10, COUNT // 1000)
RESULTS = os.environ.get("WINASR_DOCTOR_RESULTS", "")
if RESULTS:
    sys.path.append(str(Path(__file__).parents[2] / "tools" / "shards"))
    from sharding import Results, share

    KEPT = Results(Path(RESULTS))
    MINE = share(range(PIECES), os.environ.get("WINASR_DOCTOR_SHARD", "1/1"))
else:
    KEPT = None
    MINE = range(PIECES)


@pytest.fixture
def quiet() -> None:
    """Keep thousands of warnings out of the log."""
    logger = logging.getLogger("winasr_doctor")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    yield
    logger.setLevel(before)


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("piece", MINE)
def test_what_must_hold_holds_in_every_schedule(
    piece: int,
    fast_folder: Path,
    record_property: Callable[[str, object], None],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("tempfile.tempdir", str(fast_folder))  # each sweep looks through TEMP
    name = f"schedules-{COUNT}-{piece}"
    finished = KEPT and KEPT.get(name)
    if finished and not finished["failed"]:
        pytest.skip("finished in an earlier run")
    outcomes: Counter[str] = Counter()
    attempts: Counter[str] = Counter()
    failed, seconds = _run_all(range(piece, COUNT, PIECES), fast_folder, outcomes, attempts)
    if KEPT:
        counted = {"schedules": outcomes, "attempts": attempts}
        KEPT.keep(name, {"piece": piece, "of": PIECES, "failed": failed, **counted})
    if failed:
        pytest.fail(failed)
    record_property("schedules", outcomes.total())
    record_property("schedule_seconds", seconds)


def _run_all(
    seeds: range, folder: Path, outcomes: Counter[str], attempts: Counter[str]
) -> tuple[str, float]:
    """Run schedules and count what becomes of the trees; return the first failure, and seconds."""
    outside = folder / "outside"
    outside.mkdir()
    (outside / "precious").write_text("keep")
    ledger = Ledger(folder / "ledger")
    root = str(folder / "tree")
    seconds = 0.0
    with replaced(("unlink", "rmdir")):  # once, not for every schedule
        for seed in seeds:
            schedule = drawn(random.Random(seed))  # noqa: S311 - reproducible, not secret
            try:
                report, took = run(schedule, root, ledger)
            except AssertionError as broken:
                return f"seed {seed}, {schedule}: {broken}", seconds
            outcomes[report.status.value] += 1
            attempts[report.status.value] += len(report.attempts)
            seconds += took
    assert (outside / "precious").read_text() == "keep"
    return "", seconds
