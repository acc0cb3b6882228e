"""Thousands of drawn schedules of locks, in virtual time.

`WINASR_DOCTOR_SCHEDULES` sets how many (`tox -e soak` takes a million); the report ends with how
many there were. A failure names its seed, which draws the same schedule again.
"""

from __future__ import annotations

import logging
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from winasr_doctor.faults.operations import replaced
from winasr_doctor.locks.ledger import Ledger

from .schedules import drawn, run

SHARDS = 10
COUNT = int(os.environ.get("WINASR_DOCTOR_SCHEDULES", "10000"))


@pytest.fixture
def quiet() -> None:
    """Keep thousands of warnings out of the log."""
    logger = logging.getLogger("winasr_doctor")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    yield
    logger.setLevel(before)


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("shard", range(SHARDS))
def test_what_must_hold_holds_in_every_schedule(
    shard: int,
    fast_folder: Path,
    record_property: Callable[[str, object], None],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("tempfile.tempdir", str(fast_folder))  # each sweep looks through TEMP
    outside = fast_folder / "outside"
    outside.mkdir()
    (outside / "precious").write_text("keep")
    ledger = Ledger(fast_folder / "ledger")
    root = str(fast_folder / "tree")
    seconds = 0.0
    seeds = range(shard, COUNT, SHARDS)
    with replaced(("unlink", "rmdir")):  # once, not for every schedule
        for seed in seeds:
            schedule = drawn(random.Random(seed))  # noqa: S311 - reproducible, not secret
            try:
                seconds += run(schedule, root, ledger)
            except AssertionError as broken:
                pytest.fail(f"seed {seed}, {schedule}: {broken}")
    record_property("schedules", len(seeds))
    record_property("schedule_seconds", seconds)
    assert (outside / "precious").read_text() == "keep"
