"""TMP: the temp folder's place, room and rights."""

from __future__ import annotations

import pytest

from winasr_doctor.findings import Severity, Status
from winasr_doctor.machine.model import (
    Account,
    Defender,
    Environment,
    Leftover,
    Leftovers,
    ModelFile,
    ModelFiles,
    Places,
    System,
    Volume,
    Volumes,
)
from winasr_doctor.testing import TEMP, compute_check, healthy_sections, machine, place

from .families import codes_of

GB = 1_000_000_000


def temps(path, *, roles=("TEMP", "TMP", "tempfile"), **facts):
    return Places(items=tuple(place(role, path, **facts) for role in roles))


def severities(code, host):
    return [result.severity for result in compute_check(code, host)]


@pytest.mark.parametrize("code", codes_of("TMP"))
def test_a_healthy_machine_passes(code):
    (result,) = compute_check(code, machine())
    assert result.status is Status.PASS


def test_a_temp_that_does_not_exist_is_an_error():
    host = machine(places=temps(r"D:\gone", roles=("TEMP",), exists=False))
    (result,) = compute_check("TMP001", host)
    assert result.severity is Severity.ERROR
    assert r"D:\gone" in result.summary


def test_a_temp_that_is_a_file_is_an_error():
    host = machine(places=temps(r"D:\file", roles=("TEMP",), directory=False))
    assert severities("TMP001", host) == [Severity.ERROR]


def test_an_unset_tmp_is_a_warning_on_windows():
    host = machine(environment=Environment(variables={"TEMP": TEMP}))
    (result,) = compute_check("TMP001", host)
    assert (result.severity, result.evidence["unset"]) == (Severity.WARNING, ["TMP"])


def test_unset_variables_are_normal_on_linux():
    linux = System(os="linux", name="Debian", version="12")
    host = machine(system=linux, environment=Environment(), places=Places())
    assert severities("TMP001", host) == [None]


@pytest.mark.parametrize(("code", "word"), [(5, "access denied"), (112, "full"), (32, "holds")])
def test_an_unwritable_temp_is_an_error_that_says_why(code, word):
    host = machine(places=temps(TEMP, writable=False, write_error=code))
    (result,) = compute_check("TMP002", host)
    assert result.severity is Severity.ERROR
    assert word in result.summary
    assert result.evidence["error"] == code


def test_one_folder_under_three_names_is_reported_once():
    host = machine(places=temps(TEMP, writable=False, write_error=5))
    assert len(compute_check("TMP002", host)) == 1


def test_temp_and_tmp_that_differ_are_a_warning():
    host = machine(places=Places(items=(place("TEMP", TEMP), place("TMP", r"D:\tmp"))))
    assert severities("TMP003", host) == [Severity.WARNING]


def test_the_same_folder_in_other_spelling_does_not_differ():
    places = Places(items=(place("TEMP", TEMP), place("TMP", TEMP.upper().replace("\\", "/"))))
    assert severities("TMP003", machine(places=places)) == [None]


@pytest.mark.parametrize(
    ("drive_type", "severity"),
    [
        ("network", Severity.ERROR),
        ("removable", Severity.WARNING),
        ("ram", Severity.WARNING),
        ("fixed", None),
        ("unknown", None),
    ],
)
def test_the_type_of_the_drive_decides(drive_type, severity):
    volumes = Volumes(items=(Volume(root="T:\\", drive_type=drive_type, free=900 * GB),))
    host = machine(places=temps("T:\\tmp"), volumes=volumes)
    assert severities("TMP004", host) == [severity]


def test_a_share_without_a_letter_is_a_network_drive():
    host = machine(places=temps(r"\\server\share\tmp", volume=None))
    assert severities("TMP004", host) == [Severity.ERROR]


def test_a_substituted_drive_is_a_warning():
    volume = Volume(root="S:\\", substituted_for=r"C:\Users\ada\x", free=900 * GB)
    host = machine(places=temps("S:\\tmp"), volumes=Volumes(items=(volume,)))
    assert severities("TMP004", host) == [Severity.WARNING]


@pytest.mark.parametrize(
    ("free", "severity"),
    [(6 * GB, Severity.ERROR), (7 * GB, Severity.WARNING), (13 * GB, None), (None, None)],
)
def test_room_is_judged_against_the_largest_model_once_and_twice(free, severity):
    host = machine(volumes=Volumes(items=(Volume(root="C:\\", free=free),)))
    assert severities("TMP005", host) == [severity]


def leftover(size):
    return Leftover(path=rf"{TEMP}\tmpabc", phase="load", size=size, files=4, age=3600.0)


@pytest.mark.parametrize(
    ("sizes", "severity"),
    [([], None), ([10**6], Severity.INFO), ([6 * 10**8, 6 * 10**8], Severity.WARNING)],
)
def test_leftovers_are_counted_and_weighed(sizes, severity):
    host = machine(leftovers=Leftovers(items=tuple(map(leftover, sizes))))
    (result,) = compute_check("TMP006", host)
    assert result.severity is severity
    if sizes:
        assert (result.evidence["count"], result.evidence["bytes"]) == (len(sizes), sum(sizes))


@pytest.mark.parametrize(
    ("path", "severity"),
    [
        (r"C:\Users\Jürgen\Temp", Severity.WARNING),
        (r"C:\Users\JRGEN~1\Temp", Severity.INFO),
        ("tmp", Severity.ERROR),
        (r"C:tmp", Severity.ERROR),
        (r"\tmp", Severity.ERROR),
        (r"C:\a~b\Temp~", None),
    ],
)
def test_an_awkward_path_is_named(path, severity):
    assert severities("TMP007", machine(places=temps(path))) == [severity]


def test_a_long_temp_is_an_error_only_while_long_paths_are_off():
    places = temps("C:\\" + "x" * 200)
    system = {**healthy_sections()}["system"]
    off = type(system)(os="windows", name="Windows 11", version="10", long_paths=False)
    assert severities("TMP007", machine(places=places, system=off)) == [Severity.ERROR]
    assert severities("TMP007", machine(places=places)) == [None]


def test_the_longest_member_of_a_local_model_counts():
    off = System(os="windows", name="Windows 11", version="10", long_paths=False)
    model = ModelFile(path="m.nemo", size=1, form="tar", longest_member=230)
    host = machine(system=off, model_files=ModelFiles(items=(model,)))
    assert severities("TMP007", host) == [Severity.ERROR]


@pytest.mark.parametrize(
    ("mode", "severity"),
    [(0, None), (1, Severity.ERROR), (2, Severity.INFO), (3, None), (4, None), (None, None)],
)
def test_controlled_folder_access_counts_in_modes_1_and_2_only(mode, severity):
    defender = Defender(controlled_folder_access=mode, protected_folders=(r"C:\Users\ada",))
    assert severities("TMP008", machine(defender=defender)) == [severity]


def test_a_temp_outside_the_protected_folders_passes():
    defender = Defender(controlled_folder_access=1, protected_folders=(r"C:\Users\ada\Documents",))
    assert severities("TMP008", machine(defender=defender)) == [None]


@pytest.mark.parametrize(
    ("path", "severity"),
    [
        (r"C:\WINDOWS\Temp", Severity.WARNING),
        (r"C:\Windows\ServiceProfiles\LocalService\AppData\Local\Temp", Severity.WARNING),
        (r"C:\Windows\Temporary", None),
    ],
)
def test_the_machines_own_temp_is_a_warning(path, severity):
    host = machine(places=temps(path), account=Account(kind="service"))
    assert severities("TMP009", host) == [severity]


def test_the_scratch_folder_is_offered_with_exact_commands():
    host = machine(places=temps(TEMP, writable=False, write_error=5))
    (result,) = compute_check("TMP002", host)
    run, by_hand = result.remedies
    assert run.steps[0].command.endswith("-m winasr_doctor run -- your_app.py")
    steps = "\n".join(by_hand.steps)
    assert r"C:\Users\ada\AppData\Local\winasr-scratch" in steps
    assert "$env:TEMP" in steps
