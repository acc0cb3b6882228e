"""Windows' own settings: Defender in the registry, Search, and a PowerShell that answers."""

from __future__ import annotations

import json
import time

import pytest

from winasr_doctor.machine.base import Unreadable
from winasr_doctor.machine.live import LiveMachine, powershell

DEFENDER = r"HKLM\SOFTWARE\Microsoft\Windows Defender"
POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender"
SCOPE = r"HKLM\SOFTWARE\Microsoft\Windows Search\CrawlScopeManager\Windows\SystemIndex"
SEARCH_SERVICE = r"HKLM\SYSTEM\CurrentControlSet\Services\WSearch"

HIDDEN = "N/A: Must be an administrator to view exclusions"
HEALTHY = {
    "status": {"rows": [{"AMRunningMode": "Normal", "RealTimeProtectionEnabled": True}]},
    "preference": {"rows": [{"ExclusionPath": [r"D:\models"], "EnableControlledFolderAccess": 0}]},
    "products": {"rows": [{"displayName": "Windows Defender", "productState": 397568}]},
}
PASSIVE = {
    "status": {"rows": [{"AMRunningMode": "Passive Mode", "RealTimeProtectionEnabled": False}]},
    "preference": {"rows": [{"ExclusionPath": None}]},
    "products": {"rows": [{"displayName": "Müller Schutz", "productState": 266240}]},
}
NO_ADMINISTRATOR = {
    "status": HEALTHY["status"],
    "preference": {"rows": [{"ExclusionPath": [HIDDEN], "ExclusionProcess": [HIDDEN]}]},
    "products": HEALTHY["products"],
}
DENIED = {
    name: {"error": "Zugriff verweigert ", "id": "HRESULT 0x80041003,GetCimInstance"}
    for name in ("status", "preference", "products")
}


def test_exclusions_in_the_registry_are_read_when_powershell_is_a_stub(home, put):
    put(rf"{DEFENDER}\Exclusions\Paths", {r"C:\scratch é": 0})
    put(rf"{DEFENDER}\Exclusions\Processes", {"python.exe": 0})
    put(rf"{POLICY}\Exclusions\Paths", {r"D:\models": 0})
    defender = LiveMachine().defender
    assert defender.excluded_paths == (r"C:\scratch é", r"D:\models")
    assert defender.excluded_processes == ("python.exe",)


def test_a_policy_that_ignores_local_exclusions_is_a_finding_of_the_scan(put, scan):
    put(POLICY, {"DisableLocalAdminMerge": 1})
    put(rf"{DEFENDER}\Exclusions\Paths", {r"%TEMP%": 0})
    results = scan("--select", "AVX")
    assert results["AVX003"].status == "fail"
    assert results["AVX005"].status == "fail"


def test_a_protected_folder_that_holds_temp_is_a_finding_of_the_scan(home, put, scan):
    key = rf"{DEFENDER}\Windows Defender Exploit Guard\Controlled Folder Access"
    put(key, {"EnableControlledFolderAccess": 1})
    put(rf"{key}\ProtectedFolders", {str(home.temp): 0})
    assert scan("--select", "TMP008")["TMP008"].status == "fail"


def test_the_stub_of_wine_answers_nothing_and_that_is_said(home):
    with pytest.raises(Unreadable, match="PowerShell answered nothing"):
        _ = LiveMachine().defender


def test_a_healthy_defender_is_read(home, fake_powershell):
    fake_powershell("WARNING: {profile}\n" + json.dumps(HEALTHY, indent=2))
    host = LiveMachine()
    assert host.defender.running_mode == "Normal"
    assert host.defender.real_time_protection is True
    assert host.defender.excluded_paths == (r"D:\models",)
    assert [one.name for one in host.security_products.items] == ["Windows Defender"]


def test_defender_in_passive_mode_beside_another_product_is_a_finding(fake_powershell, scan):
    fake_powershell(json.dumps(PASSIVE, ensure_ascii=False), code=1)
    results = scan("--select", "AVX")
    assert results["AVX007"].status == "fail"
    assert "Müller Schutz" in json.dumps(results["AVX007"].evidence, ensure_ascii=False)


def test_exclusions_that_only_an_administrator_sees_are_unknown_not_absent(fake_powershell, scan):
    fake_powershell(json.dumps(NO_ADMINISTRATOR))
    results = scan("--select", "AVX002")
    assert results["AVX002"].status == "unknown"


def test_a_refusal_is_unknown_and_names_the_right_it_needs(home, fake_powershell):
    fake_powershell(json.dumps(DENIED), code=1)
    with pytest.raises(Unreadable, match="Zugriff verweigert") as refused:
        _ = LiveMachine().defender
    assert refused.value.needs == "administrator"


@pytest.mark.parametrize("said", ["", "Willkommen!", '{"status": '])
def test_nonsense_is_unknown(home, fake_powershell, said):
    fake_powershell(said)
    with pytest.raises(Unreadable, match="PowerShell"):
        _ = LiveMachine().defender


def test_a_powershell_that_hangs_is_ended_in_time(home, fake_powershell, monkeypatch):
    program = fake_powershell("", seconds=600)
    monkeypatch.setenv(powershell.OVERRIDE, str(program))
    begun = time.monotonic()
    answer = powershell.ask(limit=1)
    assert answer.failure == "PowerShell did not answer within 1 s"
    assert time.monotonic() - begun < 300
    program.unlink()  # neither it nor what it started runs any more


def test_rules_of_windows_search_decide_about_temp(home, put, scan):
    put(SEARCH_SERVICE, {"Start": 2})
    put(rf"{SCOPE}\WorkingSetRules\1", {"URL": "file:///C:\\[8d1b4b0e]\\", "Include": 1})
    results = scan("--select", "IDX")
    assert results["IDX001"].status in {"fail", "unknown"}
    put(rf"{SCOPE}\WorkingSetRules\2", {"URL": f"file:///{home.temp}\\", "Include": 0})
    assert scan("--select", "IDX001")["IDX001"].status == "pass"


def test_a_disabled_windows_search_indexes_nothing(put, scan):
    put(SEARCH_SERVICE, {"Start": 4})
    put(rf"{SCOPE}\WorkingSetRules\1", {"URL": "file:///C:\\[8d1b4b0e]\\", "Include": 1})
    results = scan("--select", "IDX")
    assert {results[code].status for code in ("IDX001", "IDX002")} <= {"pass", "skip"}
