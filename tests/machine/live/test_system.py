import pytest

from tests.machine.registry_dict import RegistryDict
from winasr_doctor.machine.live import system
from winasr_doctor.windows import win32

WINDOWS_11 = {
    "ProductName": "Windows 10 Pro",
    "CurrentBuildNumber": "22631",
    "CurrentMajorVersionNumber": 10,
    "InstallationType": "Client",
}


@pytest.fixture
def calls(monkeypatch):
    monkeypatch.setattr(win32, "version", lambda: (6, 2, 9200))
    monkeypatch.setattr(win32, "code_pages", lambda: (1252, 850))
    monkeypatch.setattr(win32, "wine_version", lambda: None)


def windows(current_version=None, *, denied=(), **keys):
    current = {system.CURRENT_VERSION: WINDOWS_11 if current_version is None else current_version}
    return system.windows(RegistryDict({**current, **keys}, denied=denied))


def test_windows_11_that_calls_itself_windows_10_is_corrected(calls):
    read = windows()
    assert (read.name, read.build) == ("Windows 11 Pro", 22631)


def test_windows_10_stays_windows_10(calls):
    assert windows({**WINDOWS_11, "CurrentBuildNumber": "19045"}).name == "Windows 10 Pro"


def test_a_server_keeps_its_name_and_is_a_server(calls):
    read = windows(
        {
            "ProductName": "Windows Server 2025 Standard",
            "CurrentBuildNumber": "26100",
            "InstallationType": "Server Core",
        }
    )
    assert (read.name, read.server) == ("Windows Server 2025 Standard", True)


def test_a_client_is_no_server(calls):
    assert windows().server is False


def test_the_registry_knows_the_version_better_than_a_call_that_pleases_old_programs(calls):
    assert windows().version.startswith("10.")


def test_an_unreadable_key_leaves_what_the_calls_say(calls):
    read = windows(denied=[system.CURRENT_VERSION])
    assert (read.name, read.build, read.server) == ("Windows", 9200, None)


@pytest.mark.parametrize(("value", "on"), [(1, True), (0, False), (None, False)])
def test_long_paths_are_on_only_when_the_value_is_1(calls, value, on):
    values = {} if value is None else {"LongPathsEnabled": value}
    assert windows(**{system.FILE_SYSTEM: values}).long_paths is on


def test_without_their_key_long_paths_are_off(calls):
    assert windows().long_paths is False


def test_long_paths_that_may_not_be_read_are_unknown(calls):
    assert windows(denied=[system.FILE_SYSTEM]).long_paths is None


def test_wine_and_code_pages_are_told(calls, monkeypatch):
    monkeypatch.setattr(win32, "wine_version", lambda: "8.0")
    read = windows()
    assert (read.wine, read.ansi_code_page, read.oem_code_page) == ("8.0", 1252, 850)


def test_the_machine_is_windows_own_kind_not_that_of_an_emulated_python(calls):
    key = {system.SESSION_ENVIRONMENT: {"PROCESSOR_ARCHITECTURE": "ARM64"}}
    assert windows(**key).machine == "ARM64"


def test_other_systems_have_a_name_and_a_version():
    read = system.posix("linux")
    assert read.name
    assert read.version
    assert read.build is None
