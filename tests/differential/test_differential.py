"""The emulation of Windows' sharing rules against a real Windows Python under Wine."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from .breaks import BREAKS
from .comparing import DifferentError, Tally, compare
from .strategies import sequences

PARTS = 4
"""Tests among which the sequences are divided, so that several cores can share them."""

MOST_TO_FIND_A_MISTAKE = 2000
"""Sequences in which a mistake in the emulation must show."""


def run(steps, linux, windows, tally, *, examples, number, shrinks=True):
    """Compare a number of sequences."""
    phases = [Phase.generate, Phase.shrink] if shrinks else [Phase.generate]

    @seed(number)
    @settings(
        max_examples=examples,
        phases=phases,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(steps)
    def compare_one(steps):
        compare(steps, linux, windows, tally)

    compare_one()


@pytest.fixture(scope="session")
def right(linux):
    """The emulation as it is."""
    return linux()


@pytest.mark.parametrize("part", range(PARTS))
def test_the_emulation_does_what_windows_does(
    part, right, windows, library, number, first_seed, record_property
):
    tally = Tally()
    began = time.perf_counter()
    run(
        sequences(library=library is not None),
        right,
        windows,
        tally,
        examples=number // PARTS,
        number=first_seed + part,
    )
    counts = {"sequences": tally.sequences, "steps": tally.steps, "refused": tally.refused}
    record_property("differential", {**counts, "seconds": time.perf_counter() - began})
    record_property("deviations", {row.what: count for row, count in tally.deviations.items()})
    assert tally.sequences >= number // PARTS
    assert tally.refused > tally.sequences  # conflicts are what this is about


@pytest.mark.parametrize("mistake", [mistake for mistake in BREAKS if mistake])
def test_a_mistake_in_the_emulation_is_found(mistake, linux, windows, library):
    wrong = linux(without=mistake)
    with pytest.raises(DifferentError):
        run(
            sequences(library=library is not None),
            wrong,
            windows,
            Tally(),
            examples=MOST_TO_FIND_A_MISTAKE,
            number=1,
            shrinks=False,
        )
