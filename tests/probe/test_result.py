"""What is computed from rounds."""

from __future__ import annotations

import pytest

from winasr_doctor.probe import FolderResult, Round
from winasr_doctor.probe.result import MEBIBYTE, Wait, quantile


def test_quantiles_are_of_all_deletions_and_not_only_of_those_that_waited(measured):
    result = measured("a", [0.0, 0.5])
    assert result.deletions == 20
    assert result.undeletable(0.5) == 0.0
    assert result.undeletable(0.95) == 0.0
    assert result.undeletable(1.0) == 0.5


@pytest.mark.parametrize(("fraction", "value"), [(0.5, 2), (0.51, 3), (0.75, 3), (1.0, 4)])
def test_a_quantile_is_a_value_that_was_measured(fraction, value):
    assert quantile([1, 2, 3, 4], fraction) == value


def test_a_quantile_of_nothing_is_0():
    assert quantile([], 0.5) == 0.0


def test_codes_and_holders_are_collected_over_rounds():
    first = Round(1, 10, 0.1, 0.1, (Wait(1, "WinError 32"), Wait(1, "WinError 5")), ("a",))
    second = Round(1, 10, 0.1, 0.1, (Wait(1, "WinError 32"),), ("b", "a"), left=1)
    result = FolderResult("x", rounds=(first, second))
    assert result.codes == {"WinError 32": 2, "WinError 5": 1}
    assert result.holders == ("a", "b")
    assert (result.retried, result.left) == (3, 1)


def test_throughput_leaves_waiting_out():
    played = Round(10 * MEBIBYTE, 10, 0.4, 1.1, (Wait(1.0, "WinError 32"),))
    assert FolderResult("x", rounds=(played,)).throughput == pytest.approx(20)
