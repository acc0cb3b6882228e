"""AVX: Defender, its exclusions, Controlled Folder Access, other antivirus, Dev Drives."""

from __future__ import annotations

import pytest

from winasr_doctor.findings import Severity, Status
from winasr_doctor.machine.model import (
    Account,
    Defender,
    Environment,
    Places,
    SecurityProduct,
    SecurityProducts,
    System,
    Volume,
    Volumes,
)
from winasr_doctor.machine.recorded import UnreadableSection
from winasr_doctor.testing import HOME, TEMP, compute_check, machine, place

from .families import codes_of

SCRATCH = r"C:\winasr-scratch"


def defender(**facts):
    given = {
        "running_mode": "Normal",
        "real_time_protection": True,
        "platform_version": "4.18.25080.5",
        "excluded_paths": (),
        "excluded_processes": (),
        "excluded_extensions": (),
        "hidden_from_admins": False,
        "local_exclusions_ignored": False,
        "controlled_folder_access": 0,
        **facts,
    }
    return Defender(**given)


def with_scratch(path=SCRATCH):
    return Places(items=(place("TEMP", TEMP), place("tempfile", TEMP), place("scratch", path)))


def check(code, **sections):
    return compute_check(code, machine(**sections))


def one(code, **sections):
    (result,) = check(code, **sections)
    return result


def steps(result):
    return "\n".join(step for remedy in result.remedies for step in remedy.steps)


def test_a_healthy_machine_gets_no_warning_of_this_family():
    for code in codes_of("AVX"):
        for result in check(code):
            assert result.status in (Status.PASS, Status.SKIP) or result.severity is Severity.INFO


def test_the_family_is_skipped_off_windows():
    linux = System(os="linux", name="Debian", version="12")
    for code in codes_of("AVX"):
        assert one(code, system=linux).status is Status.SKIP


# AVX001


def test_a_scanned_temp_is_worth_knowing_without_advice_that_changes_nothing():
    result = one("AVX001")
    assert result.severity is Severity.INFO
    assert TEMP in result.summary
    assert result.remedies == ()


def test_a_scanned_temp_gets_advice_if_the_scratch_folder_is_excluded():
    folder = rf"{HOME}\AppData\Local\winasr-scratch"
    result = one("AVX001", defender=defender(excluded_paths=(folder,)))
    assert "New-Item" in steps(result)
    assert "Add-MpPreference" not in steps(result)


@pytest.mark.parametrize(
    "facts",
    [
        {"real_time_protection": False},
        {"running_mode": "Passive Mode"},
        {"running_mode": "EDR Block Mode"},
        {"running_mode": "Not running", "real_time_protection": None},
    ],
)
def test_a_defender_that_does_not_scan_passes(facts):
    assert one("AVX001", defender=defender(**facts)).status is Status.PASS


def test_an_unread_real_time_protection_is_unknown():
    assert one("AVX001", defender=defender(real_time_protection=None)).status is Status.UNKNOWN


def test_an_excluded_scratch_folder_is_not_scanned():
    result = one(
        "AVX001", defender=defender(excluded_paths=(SCRATCH.upper(),)), places=with_scratch()
    )
    assert result.status is Status.PASS


def test_an_ignored_exclusion_does_not_count():
    result = one(
        "AVX001",
        defender=defender(excluded_paths=(SCRATCH,), local_exclusions_ignored=True),
        places=with_scratch(),
    )
    assert result.severity is Severity.INFO


def test_a_scanned_scratch_folder_is_not_told_to_become_one():
    assert one("AVX001", places=with_scratch()).remedies == ()


def test_without_a_defender_section_it_is_unknown_with_the_reason():
    host = machine(unreadable={"defender": UnreadableSection(reason="PowerShell is missing")})
    (result,) = compute_check("AVX001", host)
    assert (result.status, result.summary) == (Status.UNKNOWN, "PowerShell is missing")


# AVX002


def test_a_shared_temp_that_is_not_excluded_is_in_order():
    assert one("AVX002").status is Status.PASS


def test_an_uncovered_scratch_folder_gets_its_own_full_path_as_advice():
    result = one("AVX002", places=with_scratch())
    assert result.severity is Severity.INFO
    assert f"Add-MpPreference -ExclusionPath '{SCRATCH}'" in steps(result)


@pytest.mark.parametrize("entry", [SCRATCH, SCRATCH.lower() + "\\", r"C:\winasr-*" + "\\"])
def test_a_covered_scratch_folder_passes(entry):
    result = one("AVX002", defender=defender(excluded_paths=(entry,)), places=with_scratch())
    assert result.status is Status.PASS
    assert result.evidence["exclusions"] == [entry]


def test_an_entry_of_temp_as_a_variable_covers_nothing():
    places = with_scratch(TEMP + r"\nemo")
    result = one("AVX002", defender=defender(excluded_paths=("%TEMP%",)), places=places)
    assert result.severity is Severity.INFO


def test_hidden_exclusions_are_unknown_and_name_the_elevated_command():
    hidden = "N/A: Must be an administrator to view exclusions"
    result = one(
        "AVX002",
        defender=defender(excluded_paths=None, exclusions_hidden=hidden),
        account=Account(elevated=False),
        places=with_scratch(),
    )
    assert result.status is Status.UNKNOWN
    assert hidden in result.summary
    assert result.evidence["needs"] == "administrator"
    assert "Get-MpPreference | Select-Object ExclusionPath" in steps(result)
    assert f"-CheckExclusion -Path '{SCRATCH}'" in steps(result)


def test_exclusions_hidden_by_policy_send_to_whoever_manages_the_machine():
    result = one("AVX002", defender=defender(excluded_paths=None, hidden_from_admins=True))
    assert "HideExclusionsFromLocalAdmins" in steps(result)
    assert "Get-MpPreference" not in steps(result)


def test_coverage_under_an_ignoring_policy_is_unknown():
    result = one(
        "AVX002",
        defender=defender(excluded_paths=(SCRATCH,), local_exclusions_ignored=True),
        places=with_scratch(),
    )
    assert result.status is Status.UNKNOWN


def test_exclusions_do_not_matter_to_a_passive_defender():
    assert one("AVX002", defender=defender(running_mode="Passive Mode")).status is Status.SKIP


# AVX003


@pytest.mark.parametrize(
    "entry", ["%TEMP%", "$env:TEMP", r"C:\*\*\*\*\*\*\*", r"*:\asr", r"N:\scratch"]
)
def test_an_entry_that_cannot_match_is_a_warning_with_its_removal(entry):
    volumes = Volumes(items=(Volume(root="C:\\"), Volume(root="N:\\", drive_type="network")))
    result = one("AVX003", defender=defender(excluded_paths=(SCRATCH, entry)), volumes=volumes)
    assert result.severity is Severity.WARNING
    assert result.evidence["exclusion"] == entry
    assert f"Remove-MpPreference -ExclusionPath '{entry}'" in steps(result)


def test_temp_as_a_variable_is_right_for_a_service_that_runs_as_system():
    places = Places(items=(place("tempfile", r"C:\WINDOWS\TEMP"),))
    result = one("AVX003", defender=defender(excluded_paths=("%TEMP%",)), places=places)
    assert result.status is Status.PASS


def test_well_formed_entries_pass():
    assert one("AVX003", defender=defender(excluded_paths=(SCRATCH,))).status is Status.PASS


def test_dead_entries_among_hidden_ones_are_unknown():
    assert one("AVX003", defender=defender(excluded_paths=None)).status is Status.UNKNOWN


def test_a_windows_on_another_drive_shows_in_the_reason():
    result = one(
        "AVX003",
        defender=defender(excluded_paths=("%TEMP%",)),
        environment=Environment(variables={"SystemRoot": r"D:\Windows"}),
    )
    assert r"D:\Windows\Temp" in result.summary


# AVX004


@pytest.mark.parametrize(
    ("facts", "parameter"),
    [
        ({"excluded_paths": ("C:\\",)}, "-ExclusionPath 'C:\\'"),
        ({"excluded_paths": (TEMP,)}, f"-ExclusionPath '{TEMP}'"),
        ({"excluded_paths": ("%TEMP%",)}, "-ExclusionPath '%TEMP%'"),
        ({"excluded_processes": ("python.exe",)}, "-ExclusionProcess 'python.exe'"),
        ({"excluded_extensions": (".py",)}, "-ExclusionExtension '.py'"),
    ],
)
def test_a_broad_exclusion_is_a_warning_with_its_removal(facts, parameter):
    result = one("AVX004", defender=defender(**facts))
    assert result.severity is Severity.WARNING
    assert f"Remove-MpPreference {parameter}" in steps(result)


def test_every_broad_exclusion_is_reported():
    facts = {"excluded_paths": ("C:\\", HOME, SCRATCH), "excluded_extensions": ("exe",)}
    assert len(check("AVX004", defender=defender(**facts))) == 3


def test_a_narrow_exclusion_passes():
    facts = {"excluded_paths": (SCRATCH,), "excluded_processes": (r"C:\asr\asr.exe",)}
    assert one("AVX004", defender=defender(**facts)).status is Status.PASS


def test_what_can_be_read_is_judged_although_paths_are_hidden():
    facts = {"excluded_paths": None, "excluded_processes": ("python.exe",)}
    assert one("AVX004", defender=defender(**facts)).severity is Severity.WARNING


def test_breadth_is_unknown_when_nothing_could_be_read():
    facts = dict.fromkeys(("excluded_paths", "excluded_processes", "excluded_extensions"))
    assert one("AVX004", defender=defender(**facts)).status is Status.UNKNOWN


# AVX005


def test_a_policy_that_ignores_local_exclusions_is_worth_knowing():
    result = one("AVX005", defender=defender(local_exclusions_ignored=True))
    assert result.severity is Severity.INFO


def test_relying_on_an_ignored_exclusion_is_a_warning():
    facts = defender(local_exclusions_ignored=True, excluded_paths=(SCRATCH,))
    assert one("AVX005", defender=facts, places=with_scratch()).severity is Severity.WARNING


def test_a_policy_that_hides_exclusions_is_worth_knowing():
    assert one("AVX005", defender=defender(hidden_from_admins=True)).severity is Severity.INFO


def test_unread_policies_are_unknown():
    facts = defender(hidden_from_admins=None, local_exclusions_ignored=None)
    assert one("AVX005", defender=facts).status is Status.UNKNOWN


# AVX006

DOCUMENTS = rf"{HOME}\Documents"
IN_DOCUMENTS = Places(items=(place("app", rf"{DOCUMENTS}\asr"),))


def test_an_app_in_a_protected_folder_is_a_warning():
    facts = defender(controlled_folder_access=1, protected_folders=(DOCUMENTS,))
    result = one("AVX006", defender=facts, places=IN_DOCUMENTS)
    assert result.severity is Severity.WARNING
    assert DOCUMENTS in result.summary
    assert "AllowedApplications" not in steps(result)


def test_the_default_folders_count_when_the_list_could_not_be_read():
    facts = defender(controlled_folder_access=1, protected_folders=None)
    assert one("AVX006", defender=facts, places=IN_DOCUMENTS).severity is Severity.WARNING


def test_the_default_folders_do_not_count_where_the_real_list_is_known():
    moved = defender(controlled_folder_access=1, protected_folders=(r"D:\Documents",))
    assert one("AVX006", defender=moved, places=IN_DOCUMENTS).status is Status.PASS


def test_audit_mode_is_only_worth_knowing():
    facts = defender(controlled_folder_access=2, protected_folders=(DOCUMENTS,))
    assert one("AVX006", defender=facts, places=IN_DOCUMENTS).severity is Severity.INFO


@pytest.mark.parametrize("mode", [0, 3, 4])
def test_the_other_modes_protect_no_folder(mode):
    facts = defender(controlled_folder_access=mode, protected_folders=(DOCUMENTS,))
    assert one("AVX006", defender=facts, places=IN_DOCUMENTS).status is Status.PASS


@pytest.mark.parametrize("mode", [None, 9])
def test_an_unread_or_unheard_of_mode_is_unknown(mode):
    assert one("AVX006", defender=defender(controlled_folder_access=mode)).status is Status.UNKNOWN


def test_nothing_in_a_protected_folder_passes():
    facts = defender(controlled_folder_access=1, protected_folders=(DOCUMENTS,))
    assert one("AVX006", defender=facts).status is Status.PASS


def test_nothing_in_the_default_folders_is_unknown_while_others_could_not_be_read():
    facts = defender(controlled_folder_access=1, protected_folders=None)
    assert one("AVX006", defender=facts).status is Status.UNKNOWN


def test_a_virtual_environment_is_made_anew_rather_than_moved():
    facts = defender(controlled_folder_access=1, protected_folders=(DOCUMENTS,))
    places = Places(items=(place("venv", rf"{DOCUMENTS}\asr\.venv"),))
    assert r"-m venv C:\venvs\asr" in steps(one("AVX006", defender=facts, places=places))


def test_a_cache_is_moved_by_its_variable():
    facts = defender(controlled_folder_access=1, protected_folders=(rf"{HOME}\.cache",))
    results = check("AVX006", defender=facts)
    assert "HF_HUB_CACHE" in steps(results[0])
    assert "NEMO_CACHE_DIR" in steps(results[1])


# AVX007

MICROSOFT_ON = SecurityProduct(name="Windows Defender", state=0x61100)
MICROSOFT_OFF = SecurityProduct(name="Windows Defender", state=0x60100)
OTHER_ON = SecurityProduct(name="Shield 3000", state=0x41000)


def products(*items):
    return SecurityProducts(items=items)


def test_another_active_product_is_worth_knowing():
    result = one("AVX007", security_products=products(MICROSOFT_OFF, OTHER_ON))
    assert result.severity is Severity.INFO
    assert "Shield 3000" in result.summary
    assert result.evidence["signatures"] == "current"


def test_two_active_products_are_a_warning():
    results = check("AVX007", security_products=products(MICROSOFT_ON, OTHER_ON))
    assert [result.severity for result in results] == [Severity.WARNING, Severity.INFO]


@pytest.mark.parametrize(("state", "word"), [(0x42000, "snoozed"), (0x43010, "expired")])
def test_a_snoozed_or_expired_product_is_a_warning(state, word):
    sleeping = SecurityProduct(name="Shield 3000", state=state)
    results = check("AVX007", security_products=products(MICROSOFT_ON, sleeping))
    assert results[0].severity is Severity.WARNING
    assert word in results[0].summary


def test_outdated_signatures_show_in_the_evidence():
    old = SecurityProduct(name="Shield 3000", state=0x41010)
    assert one("AVX007", security_products=products(old)).evidence["signatures"] == "outdated"


def test_a_product_that_is_off_is_no_finding():
    off = SecurityProduct(name="Shield 3000", state=0x40000)
    assert one("AVX007", security_products=products(MICROSOFT_ON, off)).status is Status.PASS


def test_a_server_without_security_center_is_skipped():
    host = machine(not_applicable={"security_products": "Windows Server has none"})
    assert compute_check("AVX007", host)[0].status is Status.SKIP


# AVX008


def volumes(**facts):
    return Volumes(
        items=(
            Volume(root="C:\\", filesystem="NTFS", free=10**12),
            Volume(root="D:\\", filesystem="ReFS", free=10**12, dev_drive=True, **facts),
        )
    )


def test_an_unused_trusted_dev_drive_is_recommended():
    result = one("AVX008", volumes=volumes(dev_drive_trusted=True))
    assert result.severity is Severity.INFO
    assert r"$env:TEMP = 'D:\winasr-scratch'" in steps(result)


def test_a_scratch_folder_on_the_trusted_dev_drive_passes():
    result = one(
        "AVX008", volumes=volumes(dev_drive_trusted=True), places=with_scratch(r"D:\scratch")
    )
    assert result.status is Status.PASS


def test_an_untrusted_dev_drive_is_worth_knowing():
    result = one("AVX008", volumes=volumes(dev_drive_trusted=False))
    assert result.severity is Severity.INFO
    assert "fsutil devdrv trust D:" in steps(result)


def test_a_dev_drive_of_unread_trust_is_unknown():
    result = one("AVX008", volumes=volumes(dev_drive_trusted=None))
    assert result.status is Status.UNKNOWN
    assert "fsutil devdrv query D:" in steps(result)


@pytest.mark.parametrize(
    ("facts", "words"),
    [({"performance_mode": 1}, "is off"), ({"platform_version": "4.18.2302.7"}, "too old")],
)
def test_a_trusted_dev_drive_without_performance_mode_is_worth_knowing(facts, words):
    result = one("AVX008", volumes=volumes(dev_drive_trusted=True), defender=defender(**facts))
    assert result.severity is Severity.INFO
    assert words in result.summary


def test_a_passive_defender_has_no_performance_mode():
    result = one(
        "AVX008",
        volumes=volumes(dev_drive_trusted=True),
        defender=defender(running_mode="Passive Mode"),
    )
    assert result.status is Status.SKIP
