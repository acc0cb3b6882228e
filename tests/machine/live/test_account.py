import pytest

from tests.machine.registry_dict import RegistryDict
from winasr_doctor.machine.live import account
from winasr_doctor.windows import win32

PERSON = "S-1-5-21-1-2-3-1001"


@pytest.mark.parametrize(
    ("sid", "session", "kind"),
    [
        (PERSON, 1, "user"),
        (PERSON, 0, "service"),
        ("S-1-5-18", 0, "system"),
        ("S-1-5-19", 0, "service"),
        ("S-1-5-20", 1, "service"),
        ("S-1-5-80-1-2-3-4-5", 1, "service"),
        ("S-1-5-82-1-2-3-4-5", 1, "service"),
        (None, None, "user"),
    ],
)
def test_an_account_is_told_by_its_sid_and_session(sid, session, kind):
    assert account.kind(sid, session) == kind


@pytest.fixture
def token(monkeypatch):
    monkeypatch.setattr(win32, "user_sid", lambda: PERSON)
    monkeypatch.setattr(win32, "session", lambda: 1)
    monkeypatch.setattr(win32, "elevated", lambda: False)
    monkeypatch.setattr(win32, "holds_privilege", lambda name: "SymbolicLink" in name)


def test_rights_come_from_the_token(token):
    read = account.windows(RegistryDict({}))
    assert (read.elevated, read.symlink_right) == (False, True)


def test_the_sid_itself_is_not_recorded(token):
    assert PERSON not in repr(account.windows(RegistryDict({})))


@pytest.mark.parametrize(("value", "on"), [(1, True), (0, False)])
def test_developer_mode_is_on_when_the_value_is_1(token, value, on):
    key = {account.APP_MODEL_UNLOCK: {"AllowDevelopmentWithoutDevLicense": value}}
    assert account.windows(RegistryDict(key)).developer_mode is on


def test_without_its_key_developer_mode_is_off(token):
    assert account.windows(RegistryDict({})).developer_mode is False


def test_developer_mode_that_may_not_be_read_is_unknown(token):
    registry = RegistryDict({account.APP_MODEL_UNLOCK: {}}, denied=[account.APP_MODEL_UNLOCK])
    assert account.windows(registry).developer_mode is None


def test_elsewhere_anyone_may_make_symbolic_links():
    assert account.posix().symlink_right is True
