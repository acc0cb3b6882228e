"""Which folder is the best, and what is only noise."""

from __future__ import annotations

import pytest

from winasr_doctor.probe import Advice, conclude
from winasr_doctor.probe.ranking import chance

NONE = [0.0] * 8
LONG = [0.2, 0.3, 0.25, 0.4, 0.2, 0.3, 0.5, 0.3]


def test_the_chance_of_a_complete_separation_is_two_ways_of_all():
    assert chance([1, 2, 3, 4], [5, 6, 7, 8]) == pytest.approx(2 / 70)
    assert chance([1, 2, 3], [5, 6, 7]) == pytest.approx(2 / 20)


def test_the_chance_does_not_depend_on_the_order_and_is_certain_for_equals():
    assert chance([1, 5, 2], [3, 3]) == pytest.approx(chance([3, 3], [2, 1, 5]))
    assert chance(NONE, NONE) == 1.0
    assert chance([], [1]) == 1.0


def test_ties_are_counted_exactly():
    # 3 of 8 values differ, all in one folder: C(5, 1) of C(8, 4) ways, on either side.
    assert chance([1, 1, 1, 0], [0, 0, 0, 0]) == pytest.approx(2 * 5 / 70)


def test_a_folder_without_locks_is_the_one_to_use(measured):
    temp, other = measured("temp", LONG, is_temp=True), measured("other", NONE)
    conclusion = conclude([temp, other])
    assert [each.folder for each in conclusion.ranking] == ["other", "temp"]
    assert (conclusion.advice, conclusion.use) == (Advice.MOVE, other)


def test_temp_is_kept_when_it_is_the_calmer_one(measured):
    temp, other = measured("temp", NONE, is_temp=True), measured("other", LONG)
    assert conclude([temp, other]) == conclude([other, temp])
    assert conclude([temp, other]).advice is Advice.KEEP
    assert conclude([temp, other]).use is temp


def test_one_slow_round_is_noise(measured):
    temp = measured("temp", [0.0] * 7 + [9.0], is_temp=True)
    conclusion = conclude([temp, measured("other", NONE)])
    assert (conclusion.advice, conclusion.use) == (Advice.NOISE, temp)


def test_fewer_than_four_rounds_are_noise_whatever_they_say(measured):
    temp, other = measured("temp", [9.0] * 3, is_temp=True), measured("other", [0.0] * 3)
    assert conclude([temp, other]).advice is Advice.NOISE


def test_speed_is_told_when_locks_do_not_differ_and_it_is_worth_moving(measured):
    slow = [1.0, 1.1, 1.2, 1.0, 1.1, 1.3, 1.0, 1.2]
    temp = measured("temp", NONE, slow, is_temp=True)
    other = measured("other", NONE, [each / 2 for each in slow])
    assert conclude([temp, other]).advice is Advice.FASTER
    little = measured("other", NONE, [0.95 + each / 1000 for each in range(8)])
    assert conclude([temp, little]).advice is Advice.NOISE


def test_a_faster_folder_with_more_locks_is_not_advised(measured):
    temp = measured("temp", NONE, [1.0 + each / 100 for each in range(8)], is_temp=True)
    other = measured("other", LONG, [0.1] * 8)
    assert conclude([temp, other]).advice is Advice.KEEP


def test_a_folder_that_something_speaks_against_is_never_advised(measured):
    temp = measured("temp", LONG, is_temp=True)
    synced = measured("synced", NONE, against=("OneDrive mirrors it",))
    conclusion = conclude([temp, synced])
    assert conclusion.use is temp
    assert [each.folder for each in conclusion.ranking] == ["temp", "synced"]


def test_temp_that_something_speaks_against_is_left_for_any_fit_folder(measured):
    temp = measured("temp", NONE, is_temp=True, against=("OneDrive mirrors it",))
    other = measured("other", NONE)
    assert (conclude([temp, other]).advice, conclude([temp, other]).use) == (Advice.MOVE, other)


def test_one_folder_alone_and_none_at_all_give_no_advice(measured):
    assert conclude([measured("temp", LONG, is_temp=True)]).advice is Advice.NOTHING
    assert conclude([]) == conclude([measured("temp", [])])
    assert conclude([]).use is None
