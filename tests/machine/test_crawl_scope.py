"""Which folders Windows Search's rules cover."""

from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as st

from winasr_doctor.machine.crawl_scope import deciding_rule
from winasr_doctor.machine.model import SearchRule

USERS = SearchRule(pattern="C:\\Users\\", include=True, default=True)
APP_DATA = SearchRule(pattern="C:\\Users\\*\\AppData\\", include=False, default=True)
DEFAULTS = (USERS, APP_DATA)

names = st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=6)
below = st.lists(names, min_size=1, max_size=5).map(tuple)


def is_included(rules, path):
    rule = deciding_rule(rules, path)
    return rule is not None and rule.include


def path_of(parts):
    return "C:\\" + "\\".join(parts)


def test_the_default_temp_is_not_covered():
    assert not is_included(DEFAULTS, r"C:\Users\ada\AppData\Local\Temp")


def test_a_folder_of_the_profile_is_covered():
    assert is_included(DEFAULTS, r"C:\Users\ada\scratch")


def test_a_folder_that_no_rule_names_is_not_covered():
    assert deciding_rule(DEFAULTS, r"D:\scratch") is None
    assert not is_included(DEFAULTS, r"D:\scratch")


def test_a_longer_pattern_wins_whatever_the_order():
    added = SearchRule(pattern="C:\\Users\\ada\\AppData\\Local\\scratch\\", include=True)
    for rules in ((*DEFAULTS, added), (added, *DEFAULTS)):
        assert is_included(rules, r"C:\Users\ada\AppData\Local\scratch\tmp1")
        assert not is_included(rules, r"C:\Users\ada\AppData\Local\Temp")


def test_a_star_is_exactly_one_name():
    assert is_included(DEFAULTS, r"C:\Users\AppData")
    assert is_included(DEFAULTS, r"C:\Users\ada\backup\AppData\Local")


def test_a_rule_does_not_speak_for_a_folder_with_a_longer_name():
    rule = SearchRule(pattern="C:\\Data\\", include=True)
    assert not is_included((rule,), r"C:\Database")


def test_a_users_rule_overrides_windows_own_about_the_same_folder():
    mine = SearchRule(pattern="C:\\Users\\", include=False)
    assert not is_included((USERS, mine), r"C:\Users\ada\asr")
    assert not is_included((mine, USERS), r"C:\Users\ada\asr")


def test_a_literal_name_beats_a_star_of_the_same_length():
    mine = SearchRule(pattern="C:\\Users\\ada\\AppData\\", include=True, default=True)
    assert is_included((APP_DATA, mine), r"C:\Users\ada\AppData\Local")


@given(below, st.lists(names, max_size=3))
def test_a_rule_speaks_for_everything_below_it(parts, more):
    rule = SearchRule(pattern=path_of(parts) + "\\", include=True)
    assert is_included((rule,), path_of((*parts, *more)))


@given(below)
def test_case_makes_no_difference(parts):
    rule = SearchRule(pattern=path_of(parts).lower() + "\\", include=True)
    assert is_included((rule,), path_of(parts).upper())


@given(below, below, st.booleans())
def test_an_exclusion_below_an_inclusion_decides_only_there(parts, more, default):
    inside = SearchRule(pattern=path_of((*parts, *more)), include=False, default=default)
    outside = SearchRule(pattern=path_of(parts), include=True)
    assert not is_included((outside, inside), path_of((*parts, *more)))
    assert is_included((outside, inside), path_of(parts))
