from string import ascii_letters

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.machine.registry_dict import RegistryDict
from winasr_doctor.machine.base import NotApplicable, Unreadable
from winasr_doctor.machine.live import defender
from winasr_doctor.machine.live.powershell import PowerShellAnswer, QueryPart

LOCAL = r"HKLM\SOFTWARE\Microsoft\Windows Defender"
POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender"
FOLDER_ACCESS = r"Windows Defender Exploit Guard\Controlled Folder Access"
ENVIRONMENT = {"USERPROFILE": r"C:\Users\ada", "PUBLIC": r"C:\Users\Public"}
HIDDEN = "N/A: Must be an administrator to view exclusions"

STATUS = {
    "AMRunningMode": "Normal",
    "AMProductVersion": "4.18.24090.11",
    "RealTimeProtectionEnabled": True,
    "IsTamperProtected": True,
}
PREFERENCE = {
    "ExclusionPath": [r"C:\scratch"],
    "ExclusionProcess": None,
    "ExclusionExtension": "wav",
    "EnableControlledFolderAccess": 0,
    "ControlledFolderAccessProtectedFolders": None,
    "PerformanceModeStatus": 1,
}


def answer(status=STATUS, preference=PREFERENCE, code=None, error="it failed"):
    def part(row):
        return QueryPart(error=error, code=code) if row is None else QueryPart(rows=(row,))

    return PowerShellAnswer({"status": part(status), "preference": part(preference)})


def read(said, keys=None, denied=()):
    registry = RegistryDict({LOCAL: {}} if keys is None else keys, denied=denied)
    return defender.read(registry=registry, answer=said, environment=ENVIRONMENT)


def test_what_powershell_says_is_reported():
    facts = read(answer())
    assert facts.running_mode == "Normal"
    assert facts.real_time_protection is True
    assert facts.tamper_protection is True
    assert facts.platform_version == "4.18.24090.11"
    assert facts.excluded_paths == (r"C:\scratch",)
    assert facts.excluded_processes == ()
    assert facts.excluded_extensions == ("wav",)
    assert facts.exclusions_hidden is None
    assert facts.controlled_folder_access == 0
    assert facts.performance_mode == 1
    assert facts.hidden_from_admins is False
    assert facts.local_exclusions_ignored is False


@pytest.mark.parametrize(
    "entry",
    [
        HIDDEN,
        "N/A: Must be and administrator to view exclusions",
        "  n/a: whatever",
        "N/V: Zum Anzeigen müssen Sie Administrator sein",
        "S/O : vous devez être administrateur",
        "不适用：必须是管理员才能查看排除项",
    ],
)
def test_exclusions_that_may_not_be_seen_are_hidden_not_absent(entry):
    facts = read(answer(preference={**PREFERENCE, "ExclusionPath": entry}))
    assert facts.excluded_paths is None
    assert facts.exclusions_hidden == entry.strip()


@pytest.mark.parametrize(
    "entry",
    [
        r"C:\scratch",
        "C:/scratch",
        "D:",
        r"\\nas\share",
        "%ProgramData%\\app",
        "$env:TEMP",
        r"C:\N/A",
        "python.exe",
        "file name.txt",
        "*.wav",
        r"\\?\C:\scratch",
    ],
)
def test_a_path_is_not_taken_for_a_refusal(entry):
    assert not defender.is_hidden(entry)
    facts = read(answer(preference={**PREFERENCE, "ExclusionPath": entry}))
    assert facts.excluded_paths == (entry,)


@given(
    st.sampled_from(ascii_letters),
    st.text(st.characters(exclude_characters=":*%$", exclude_categories=("Cc", "Cs")), max_size=40),
)
def test_no_path_with_a_drive_is_taken_for_a_refusal(drive, rest):
    assert not defender.is_hidden(f"{drive}:\\{rest}")


def test_an_empty_list_is_hidden_when_a_policy_hides_exclusions():
    facts = read(
        answer(preference={**PREFERENCE, "ExclusionPath": None}),
        {LOCAL: {}, POLICY: {"HideExclusionsFromLocalAdmins": 1}},
    )
    assert facts.hidden_from_admins is True
    assert facts.excluded_paths is None
    assert "HideExclusionsFromLocalAdmins" in facts.exclusions_hidden


def test_policies_set_by_mobile_device_management_count():
    facts = read(answer(), {LOCAL: {}, rf"{POLICY}\Policy Manager": {"DisableLocalAdminMerge": 1}})
    assert facts.local_exclusions_ignored is True


def test_a_policy_that_may_not_be_read_is_unknown():
    facts = read(answer(), {LOCAL: {}, POLICY: {}}, denied=[POLICY])
    assert facts.hidden_from_admins is None


def test_exclusions_of_a_policy_are_added_once():
    keys = {LOCAL: {}, rf"{POLICY}\Exclusions\Paths": {r"c:\SCRATCH": "0", r"D:\models": "0"}}
    assert read(answer(), keys).excluded_paths == (r"C:\scratch", r"D:\models")


def test_the_registry_stands_in_for_a_silent_powershell():
    keys = {
        LOCAL: {},
        rf"{LOCAL}\Exclusions\Paths": {r"C:\scratch": 0},
        rf"{LOCAL}\Features": {"TamperProtection": 5},
        rf"{LOCAL}\{FOLDER_ACCESS}": {"EnableControlledFolderAccess": 1},
        rf"{LOCAL}\Real-Time Protection": {"DisableRealtimeMonitoring": 1},
    }
    facts = read(PowerShellAnswer(), keys)
    assert facts.excluded_paths == (r"C:\scratch",)
    assert facts.excluded_processes == ()
    assert facts.exclusions_hidden is None
    assert facts.tamper_protection is True
    assert facts.real_time_protection is False
    assert facts.controlled_folder_access == 1
    assert facts.running_mode is None


@pytest.mark.parametrize("denied", [rf"{LOCAL}\Exclusions", rf"{LOCAL}\Exclusions\Paths"])
def test_exclusions_that_neither_tells_say_who_may_read_them(denied):
    keys = {LOCAL: {}, rf"{LOCAL}\Exclusions": {}, rf"{LOCAL}\Features": {"TamperProtection": 0}}
    facts = read(PowerShellAnswer(), keys, denied=[denied])
    assert facts.excluded_paths is None
    assert "administrator" in facts.exclusions_hidden
    assert facts.tamper_protection is False


def test_the_policys_mode_of_folder_access_comes_before_the_local_one():
    keys = {
        rf"{LOCAL}\{FOLDER_ACCESS}": {"EnableControlledFolderAccess": 0},
        rf"{POLICY}\{FOLDER_ACCESS}": {"EnableControlledFolderAccess": 2},
    }
    assert read(PowerShellAnswer(), keys).controlled_folder_access == 2


def test_protected_folders_are_the_default_ones_and_those_added():
    keys = {LOCAL: {}, rf"{POLICY}\{FOLDER_ACCESS}\ProtectedFolders": {r"E:\policy": 0}}
    said = {**PREFERENCE, "ControlledFolderAccessProtectedFolders": [r"D:\mine"]}
    folders = read(answer(preference=said), keys).protected_folders
    assert r"C:\Users\ada\Documents" in folders
    assert r"C:\Users\Public\Music" in folders
    assert folders[-2:] == (r"D:\mine", r"E:\policy")
    assert not any("AppData" in folder for folder in folders)


def test_a_protected_folder_is_where_it_was_moved_to():
    moved = {defender.USER_FOLDERS: {"Personal": r"%USERPROFILE%\OneDrive\Documents"}}
    folders = read(answer(), {LOCAL: {}, **moved}).protected_folders
    assert r"C:\Users\ada\OneDrive\Documents" in folders
    assert r"C:\Users\ada\Documents" not in folders


def test_a_refusal_is_not_a_protected_folder():
    said = {**PREFERENCE, "ControlledFolderAccessProtectedFolders": [HIDDEN]}
    assert HIDDEN not in read(answer(preference=said)).protected_folders


def test_protected_folders_are_unknown_when_the_mode_is():
    facts = read(answer(preference=None))
    assert facts.controlled_folder_access is None
    assert facts.protected_folders is None


def test_a_stopped_service_does_not_run():
    facts = read(answer(status=None, preference=None, code=0x800106BA))
    assert facts.running_mode == "Not running"
    assert facts.real_time_protection is False


def test_nothing_read_is_unreadable_with_the_reason():
    with pytest.raises(Unreadable) as caught:
        read(PowerShellAnswer(failure="PowerShell answered nothing"), {})
    assert "PowerShell answered nothing" in caught.value.reason
    assert caught.value.needs is None


def test_an_administrator_is_needed_only_where_that_helps():
    with pytest.raises(Unreadable) as caught:
        read(answer(None, None, code=0x80041003))
    assert caught.value.needs == "administrator"


def test_a_windows_without_defender_is_not_applicable():
    with pytest.raises(NotApplicable):
        read(answer(None, None, code=0x8004100E), {})


def test_an_unexpected_answer_is_survived():
    odd = {"ExclusionPath": {"a": 1}, "EnableControlledFolderAccess": "x", "AMRunningMode": 3}
    facts = read(answer(status=odd, preference=odd))
    assert facts.running_mode is None
    assert facts.excluded_paths == ()
    assert facts.controlled_folder_access is None
