import sys

import pytest

from tests.machine.registry_dict import RegistryDict
from winasr_doctor.machine.live.registry import WINDOWS_REGISTRY, expanded

KEY = r"HKCU\Software\Dropbox"


def test_values_are_found_whatever_the_case_of_the_key():
    registry = RegistryDict({KEY: {"InstallPath": r"C:\Dropbox"}})
    assert registry.values(KEY.upper()) == {"InstallPath": r"C:\Dropbox"}


def test_subkeys_keep_their_spelling():
    registry = RegistryDict({rf"{KEY}\Two": {}, rf"{KEY}\one\deep": {"a": 1}})
    assert registry.subkeys(KEY) == ["Two", "one"]


def test_a_key_above_others_exists_without_values():
    assert RegistryDict({KEY: {"a": 1}}).values("HKCU") == {}


def test_a_missing_key_is_not_found():
    registry = RegistryDict({KEY: {}})
    with pytest.raises(FileNotFoundError):
        registry.values(rf"{KEY}\Nope")
    with pytest.raises(FileNotFoundError):
        registry.subkeys(r"HKLM\Software")


def test_a_denied_key_denies_everything_below_it():
    registry = RegistryDict({rf"{KEY}\below": {}}, denied=[KEY])
    with pytest.raises(PermissionError):
        registry.subkeys(KEY)
    with pytest.raises(PermissionError):
        registry.values(rf"{KEY}\below")


def test_values_given_out_are_copies():
    registry = RegistryDict({KEY: {"a": 1}})
    registry.values(KEY).clear()
    assert registry.values(KEY) == {"a": 1}


def test_this_machines_registry_says_that_a_key_is_missing():
    with pytest.raises(FileNotFoundError):
        WINDOWS_REGISTRY.values(r"HKCU\Software\no such key of winasr_doctor")
    with pytest.raises(FileNotFoundError):
        WINDOWS_REGISTRY.subkeys(r"HKLM\no such key of winasr_doctor", view=32)


def test_this_machines_registry_has_keys_on_windows_alone():
    on_windows = sys.platform == "win32"
    try:
        names = {name.lower() for name in WINDOWS_REGISTRY.subkeys("HKCU")}
        version = WINDOWS_REGISTRY.values(r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion")
    except FileNotFoundError:
        assert not on_windows
    else:
        assert on_windows
        assert "software" in names
        assert "Windows" in str(version["ProductName"])


def test_variables_are_filled_in_whatever_their_case():
    assert expanded(r"%UserProfile%\Box", {"USERPROFILE": r"C:\Users\ada"}) == r"C:\Users\ada\Box"


def test_a_text_with_an_unset_variable_cannot_be_filled_in():
    assert expanded(r"%UserProfile%\Box", {}) is None
