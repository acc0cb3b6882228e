"""SYN: what lies inside a synchronised folder."""

from __future__ import annotations

import pytest

from winasr_doctor.findings import Severity, Status
from winasr_doctor.machine.model import (
    ModelFile,
    ModelFiles,
    Places,
    SyncRoot,
    SyncRoots,
    System,
)
from winasr_doctor.testing import HOME, compute_check, machine, place

from .families import codes_of

ONEDRIVE = SyncRoot(provider="OneDrive", kind="personal", path=rf"{HOME}\OneDrive", source="HKCU")


def synced(*places, roots=(ONEDRIVE,), **sections):
    return machine(
        places=Places(items=places), sync_roots=SyncRoots(items=tuple(roots)), **sections
    )


def severities(code, host):
    return [result.severity for result in compute_check(code, host)]


@pytest.mark.parametrize("code", codes_of("SYN"))
def test_a_healthy_machine_has_nothing_synchronised(code):
    (result,) = compute_check(code, machine())
    assert result.status in {Status.PASS, Status.SKIP}


def test_temp_inside_onedrive_is_an_error():
    (result,) = compute_check("SYN001", synced(place("TEMP", rf"{HOME}\OneDrive\Temp")))
    assert result.severity is Severity.ERROR
    assert result.evidence["provider"] == "OneDrive"


@pytest.mark.parametrize(
    "path", [rf"{HOME}\OneDrive", r"c:\users\ADA\onedrive\x", rf"\\?\{HOME}\OneDrive\x"]
)
def test_spelling_does_not_hide_it(path):
    assert severities("SYN001", synced(place("TEMP", path))) == [Severity.ERROR]


@pytest.mark.parametrize("path", [rf"{HOME}\OneDriveBackup\Temp", rf"{HOME}\AppData\Local\Temp"])
def test_a_similar_name_is_not_inside(path):
    assert severities("SYN001", synced(place("TEMP", path))) == [None]


def test_a_junction_into_the_sync_root_does_not_hide_it():
    temp = place("TEMP", r"C:\tmp", resolved=rf"{HOME}\OneDrive\tmp")
    assert severities("SYN001", synced(temp)) == [Severity.ERROR]


def test_a_sync_root_behind_a_junction_is_found():
    root = SyncRoot(provider="Dropbox", path=rf"{HOME}\Dropbox", resolved=r"D:\Box", source="x")
    assert severities("SYN001", synced(place("TEMP", r"D:\Box\t"), roots=[root])) == [
        Severity.ERROR
    ]


def test_the_innermost_root_is_named():
    inner = SyncRoot(provider="Nextcloud", path=rf"{HOME}\OneDrive\Next", source="x")
    host = synced(place("TEMP", rf"{HOME}\OneDrive\Next\t"), roots=[ONEDRIVE, inner])
    assert compute_check("SYN001", host)[0].evidence["provider"] == "Nextcloud"


def test_one_folder_with_three_roles_is_reported_once():
    path = rf"{HOME}\OneDrive\t"
    host = synced(place("TEMP", path), place("TMP", path), place("tempfile", path))
    assert len(compute_check("SYN001", host)) == 1


def test_a_synchronised_scratch_folder_is_an_error():
    assert severities("SYN002", synced(place("scratch", rf"{HOME}\OneDrive\s"))) == [Severity.ERROR]


def test_a_synchronised_project_and_environment_are_warnings():
    host = synced(place("app", rf"{HOME}\OneDrive\a"), place("venv", rf"{HOME}\OneDrive\a\.venv"))
    assert severities("SYN003", host) == [Severity.WARNING, Severity.WARNING]


def test_a_synchronised_cache_is_a_warning_that_names_the_variable():
    (result,) = compute_check("SYN004", synced(place("hub_cache", rf"{HOME}\OneDrive\hub")))
    assert result.severity is Severity.WARNING
    assert "HF_HOME" in result.remedies[0].title


def model(path, attributes=0x20):
    file = ModelFile(path=path, size=10, form="tar", attributes=attributes)
    return ModelFiles(items=(file,))


@pytest.mark.parametrize("attribute", [0x40000, 0x400000, 0x1000])
def test_a_model_whose_content_is_online_is_an_error(attribute):
    host = synced(model_files=model(rf"{HOME}\OneDrive\m.nemo", attribute))
    assert severities("SYN005", host) == [Severity.ERROR]


def test_a_placeholder_is_an_error_even_outside_known_roots():
    assert severities("SYN005", synced(model_files=model(r"D:\m.nemo", 0x400000))) == [
        Severity.ERROR
    ]


def test_a_local_model_inside_a_sync_root_is_a_warning():
    host = synced(model_files=model(rf"{HOME}\OneDrive\m.nemo"))
    assert severities("SYN005", host) == [Severity.WARNING]


def test_a_placeholder_folder_is_a_warning():
    host = synced(place("hub_cache", r"D:\hub", attributes=0x400010))
    assert severities("SYN006", host) == [Severity.WARNING]


def test_an_unreadable_client_is_unknown_and_named():
    host = machine(sync_roots=SyncRoots(unread={"Google Drive": "database is locked"}))
    (result,) = compute_check("SYN007", host)
    assert result.status is Status.UNKNOWN
    assert "Google Drive" in result.summary


def test_linux_paths_compare_with_case():
    linux = System(os="linux", name="Debian", version="12")
    root = SyncRoot(provider="Dropbox", path="/home/ada/Dropbox", source="info.json")
    inside, outside = place("TMPDIR", "/home/ada/Dropbox/t"), place("TMPDIR", "/home/ada/dropbox/t")
    assert severities("SYN001", synced(inside, roots=[root], system=linux)) == [Severity.ERROR]
    assert severities("SYN001", synced(outside, roots=[root], system=linux)) == [None]
