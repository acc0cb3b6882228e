"""`[tool.winasr_doctor.gate]`: what it may hold, and what a mistake in it is called."""

from __future__ import annotations

import datetime as dt

import pytest

from winasr_doctor.faults import OPERATIONS, Plan
from winasr_doctor.gate import GateSettings, SettingsError
from winasr_doctor.gate.settings import FEWEST_PLANS, PLANS, read_settings
from winasr_doctor.gate.suite import CASES

GOOD = {"code": "SYN001", "until": dt.date(2027, 1, 31), "reason": "moved next month"}


def test_an_empty_table_has_the_defaults():
    assert read_settings({}) == GateSettings()


def test_an_acceptance_is_read():
    (accepted,) = read_settings({"accept": [GOOD]}).accept
    assert (accepted.code, accepted.until) == ("SYN001", dt.date(2027, 1, 31))


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"accept": [{**GOOD, "until": "soon"}]}, "YYYY-MM-DD"),
        ({"accept": [{k: v for k, v in GOOD.items() if k != "until"}]}, "YYYY-MM-DD"),
        ({"accept": [{k: v for k, v in GOOD.items() if k != "reason"}]}, "a reason in words"),
        ({"accept": [{**GOOD, "reason": "  "}]}, "a reason in words"),
        ({"accept": [{**GOOD, "code": "everything"}]}, "such as SYN001"),
        ({"accept": [{**GOOD, "code": "XYZ999"}]}, "no check has the code XYZ999"),
        ({"plans": ["unlink:32"] * 6}, "twice"),
        ({"plans": ["unlink:32"]}, "at least 6"),
        ({"plans": ["unlink:32", "delete:5"]}, "entry 2 ('delete:5'): expected an operation"),
        ({"max_load_seconds": 0}, "max_load_seconds must be a number above 0, not 0"),
        ({"min_cases": 0}, "min_cases must be a whole number above 0, not 0"),
        ({"plans": ["unlink:32", 5]}, "plans must be a list of strings, not ['unlink:32', 5]"),
        ({"require_selftest": "no"}, "require_selftest must be true or false, not 'no'"),
        ({"accept": GOOD}, "accept must be a list of tables, not {'code': 'SYN001'"),
        ({"accept": [GOOD, "SYN001"]}, "accept, entry 2: it must be a table, not 'SYN001'"),
        ({"accept": [{**GOOD, "untill": 1}]}, "'untill'; did you mean until?"),
        ({"models": ["parakeet-tdt-0.6b-v9"]}, "models, entry 1: There is no model"),
        (
            {"models": ["canary", "own.nemo"]},
            "entry 2: 'own.nemo' is not a model of the Hub",
        ),
        ({"models": ["canary-qwen", "canary-qwen-2.5b"]}, "entry 2: nvidia/canary-qwen"),
        ({"device": "gpu"}, "device"),
        ({"fail_on": "never"}, 'fail_on must be "error" or "warning", not \'never\''),
        ({"threshold": 1}, "there is no key 'threshold'; the keys are fail_on, accept"),
    ],
)
def test_a_mistake_is_named_in_one_sentence(table, words):
    with pytest.raises(SettingsError) as raised:
        read_settings(table)
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)


def test_there_are_enough_default_plans_of_many_kinds():
    plans = [Plan.parse(plan) for plan in PLANS]
    assert len(plans) >= FEWEST_PLANS == 6
    assert {f.operation for plan in plans for f in plan.faults} <= set(OPERATIONS)
    assert len({fault.code for plan in plans for fault in plan.faults}) >= 5


def test_the_suite_has_more_cases_than_it_must_have():
    assert len(CASES) > GateSettings().min_cases
