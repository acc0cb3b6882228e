import psutil
import pytest

from tests.machine.registry_dict import RegistryDict
from winasr_doctor.machine.base import Unreadable
from winasr_doctor.machine.live import search_index
from winasr_doctor.machine.model import SearchRule

GUID = "[8d1b4b0e-7a3b-4a52-9a7f-1f6f8d0c4b11]"
SERVICE = {search_index.SERVICE: {"Start": 2}}


def rule(rule_set, number, url, include=1, default=0):
    values = {"URL": url, "Include": include, "NoContent": 0, "Default": default}
    return {rf"{search_index.SCOPE}\{rule_set}\{number}": values}


def read(*keys, status="running", denied=()):
    merged = {name: values for group in keys for name, values in group.items()}

    def say(name):
        if isinstance(status, Exception):
            raise status
        return status

    return search_index.read(registry=RegistryDict(merged, denied=denied), status=say)


def test_a_rule_loses_its_scheme_and_volume_but_keeps_its_wildcard():
    index = read(SERVICE, rule("DefaultRules", 1, rf"file:///C:\{GUID}\Users\*\AppData" + "\\", 0))
    expected = SearchRule(pattern="C:\\Users\\*\\AppData\\", include=False, default=True)
    assert index.rules == (expected,)


@pytest.mark.parametrize(
    ("url", "pattern"),
    [
        (rf"file:///C:\{GUID}" + "\\", "C:\\"),
        ("file:///D:\\scratch\\", "D:\\scratch\\"),
        (f"file:///D:/{GUID}/scratch/", "D:\\scratch\\"),
        ("mapi16://{S-1-5-21-1}/", None),
        ("csc://{S-1-5-21-1}/", None),
        ("", None),
    ],
)
def test_only_rules_about_files_have_a_pattern(url, pattern):
    assert search_index.pattern(url) == pattern


def test_a_rule_in_force_is_listed_once_as_windows_own():
    url = rf"file:///C:\{GUID}\Users" + "\\"
    index = read(SERVICE, rule("DefaultRules", 1, url), rule("WorkingSetRules", 7, url.upper()))
    (only,) = index.rules
    assert only.default


def test_a_rule_the_user_turned_around_is_the_users():
    url = rf"file:///C:\{GUID}\Users" + "\\"
    index = read(SERVICE, rule("DefaultRules", 1, url), rule("WorkingSetRules", 7, url, include=0))
    (only,) = index.rules
    assert not only.include
    assert not only.default


def test_a_rule_the_user_added_is_not_windows_own():
    index = read(SERVICE, rule("WorkingSetRules", 7, "file:///D:\\scratch\\"))
    assert index.rules == (SearchRule(pattern="D:\\scratch\\", include=True),)


def test_a_running_service_runs_even_if_it_is_disabled_from_now_on():
    assert read({search_index.SERVICE: {"Start": 4}}).service == "running"


def test_a_disabled_service_is_told_from_a_stopped_one():
    assert read({search_index.SERVICE: {"Start": 4}}, status="stopped").service == "disabled"
    assert read(SERVICE, status="stopped").service == "stopped"


def test_a_service_that_is_not_installed_is_absent():
    assert read({}, status=psutil.NoSuchProcess(0)).service == "absent"


@pytest.mark.parametrize("error", [OSError(87, "bare"), psutil.AccessDenied(1)])
def test_a_state_that_cannot_be_asked_is_unknown(error):
    assert read(SERVICE, status=error).service == "unknown"
    assert read({search_index.SERVICE: {"Start": 4}}, status=error).service == "disabled"


def test_rules_that_may_not_be_read_are_unreadable():
    url = "file:///D:\\scratch\\"
    with pytest.raises(Unreadable):
        read(SERVICE, rule("DefaultRules", 1, url), denied=[search_index.SCOPE])


def test_no_rules_at_all_are_no_error():
    assert read(SERVICE).rules == ()
