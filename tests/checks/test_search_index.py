"""IDX: does Windows Search read what speech recognition writes."""

from __future__ import annotations

import pytest

from winasr_doctor.findings import Severity, Status
from winasr_doctor.machine.model import Places, SearchIndex, SearchRule, System
from winasr_doctor.testing import HOME, TEMP, compute_check, machine, place

RULES = (
    SearchRule(pattern="C:\\Users\\", include=True, default=True),
    SearchRule(pattern="C:\\Users\\*\\AppData\\", include=False, default=True),
)
MOVED = rf"{HOME}\scratch"
MOVED_TEMP = Places(items=(place("TEMP", MOVED), place("tempfile", MOVED)))


def one(code, **sections):
    (result,) = compute_check(code, machine(**sections))
    return result


def index(service="running", rules=RULES):
    return SearchIndex(service=service, rules=rules)


def test_the_default_temp_passes():
    result = one("IDX001")
    assert result.status is Status.PASS
    assert TEMP in result.summary


def test_a_temp_moved_into_the_profile_is_a_warning_once():
    result = one("IDX001", places=MOVED_TEMP)
    assert result.severity is Severity.WARNING
    assert result.evidence["rule"] == "C:\\Users\\"
    assert any(MOVED in step for remedy in result.remedies for step in remedy.steps)


def test_a_folder_marked_as_not_indexed_passes():
    places = Places(items=(place("TEMP", MOVED, attributes=0x2010),))
    assert one("IDX001", places=places).status is Status.PASS


def test_a_rule_that_someone_added_for_temp_is_a_warning():
    added = SearchRule(pattern=TEMP + "\\", include=True)
    result = one("IDX001", search_index=index(rules=(*RULES, added)))
    assert result.severity is Severity.WARNING


def test_a_scratch_folder_is_judged_beside_temp():
    places = Places(items=(place("tempfile", TEMP), place("scratch", MOVED)))
    results = compute_check("IDX001", machine(places=places))
    assert [r.severity for r in results] == [Severity.WARNING, None]


def test_a_stopped_service_makes_it_only_worth_knowing():
    result = one("IDX001", places=MOVED_TEMP, search_index=index("stopped"))
    assert result.severity is Severity.INFO


@pytest.mark.parametrize("code", ["IDX001", "IDX003"])
@pytest.mark.parametrize("service", ["disabled", "absent"])
def test_without_the_service_there_is_nothing_to_index(code, service):
    assert one(code, places=MOVED_TEMP, search_index=index(service)).status is Status.SKIP


@pytest.mark.parametrize("code", ["IDX001", "IDX003"])
def test_without_rules_it_is_unknown(code):
    assert one(code, search_index=index(rules=())).status is Status.UNKNOWN


@pytest.mark.parametrize(
    ("service", "status"),
    [
        ("running", Status.PASS),
        ("disabled", Status.PASS),
        ("absent", Status.PASS),
        ("stopped", Status.FAIL),
        ("unknown", Status.UNKNOWN),
    ],
)
def test_each_state_of_the_service_has_its_answer(service, status):
    result = one("IDX002", search_index=index(service))
    assert result.status is status
    assert result.severity in (None, Severity.INFO)


def test_the_registry_is_said_to_differ_from_the_live_scope():
    assert "may differ" in one("IDX002").summary


def test_caches_in_the_profile_are_worth_knowing():
    result = one("IDX003")
    assert result.severity is Severity.INFO
    assert result.summary.endswith("the Hugging Face cache and NeMo's cache")


def test_an_indexed_app_folder_is_worth_knowing():
    places = Places(items=(place("app", rf"{HOME}\asr"),))
    assert "the app's folder" in one("IDX003", places=places).summary


def test_caches_outside_the_index_pass():
    places = Places(items=(place("hub_cache", r"D:\hub"), place("app", r"C:\asr")))
    assert one("IDX003", places=places).status is Status.PASS


@pytest.mark.parametrize("code", ["IDX001", "IDX002", "IDX003"])
def test_the_family_is_skipped_off_windows(code):
    linux = System(os="linux", name="Debian", version="12")
    assert one(code, system=linux).status is Status.SKIP
