from __future__ import annotations

import random

import pytest

from winasr_doctor.locks import ONCE, RetryPolicy


def steady(**options: float) -> RetryPolicy:
    return RetryPolicy(jitter=0, **options)


def test_the_first_delay_is_ten_milliseconds():
    assert steady().delay(0) == pytest.approx(0.010)


def test_later_a_delay_is_a_tenth_of_the_time_already_waited():
    assert steady().delay(1.0) == pytest.approx(0.1)


def test_no_delay_is_longer_than_a_quarter_of_a_second():
    assert steady(total=10).delay(9.0) == pytest.approx(0.25)


def test_the_last_delay_ends_with_the_budget():
    assert steady().delay(2.9) == pytest.approx(0.1)
    assert steady().delay(2.999) == pytest.approx(0.001)


def test_after_three_seconds_there_is_no_further_attempt():
    assert RetryPolicy().delay(3.0) is None


def test_less_than_a_microsecond_is_not_worth_waiting():
    assert RetryPolicy(total=1e-9).delay(0) is None


def test_a_policy_is_shown_without_its_source_of_chance():
    assert repr(RetryPolicy(total=2.0)) == (
        "RetryPolicy(total=2.0, first=0.01, growth=0.1, longest=0.25, jitter=0.5)"
    )


def test_once_makes_one_attempt():
    assert ONCE.delay(0) is None


def test_jitter_only_shortens_a_delay():
    policy = RetryPolicy(_random=random.Random(1))  # noqa: S311
    delays = {policy.delay(1.0) for _ in range(200)}
    assert len(delays) > 100
    assert all(delay is not None and 0.05 <= delay <= 0.1 for delay in delays)


def test_five_attempts_in_half_a_second_are_survived_with_room_to_spare():
    elapsed, attempts, policy = 0.0, 1, steady()
    while elapsed < 0.5:
        elapsed += policy.delay(elapsed) or 0
        attempts += 1
    assert attempts > 20


@pytest.mark.parametrize(
    "wrong",
    [
        {"total": 10.1},
        {"total": -1},
        {"total": float("nan")},
        {"first": 0},
        {"first": 1.0},
        {"growth": -0.1},
        {"jitter": 1.0},
    ],
)
def test_a_value_out_of_range_is_refused(wrong: dict[str, float]):
    with pytest.raises(ValueError, match="must"):
        RetryPolicy(**wrong)
