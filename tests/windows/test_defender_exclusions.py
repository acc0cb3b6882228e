"""How Microsoft Defender reads its exclusions."""

from __future__ import annotations

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from winasr_doctor.windows.defender_exclusions import (
    breadth_of,
    breadth_of_extension,
    breadth_of_process,
    covers,
    fault_of,
    resolve,
)

TEMP = r"C:\Users\ada\AppData\Local\Temp"

names = st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=6)
below = st.lists(names, min_size=1, max_size=5).map(tuple)


def path_of(parts):
    return "C:\\" + "\\".join(parts)


@pytest.mark.parametrize(
    ("exclusion", "path"),
    [
        (r"C:\MyData\*.txt", r"C:\MyData\notes.txt"),
        (r"C:\somepath\*\Data", r"C:\somepath\Archives\Data\deep\down.txt"),
        (r"C:\Serv\*\*\Backup", r"C:\Serv\Primary\Denied\Backup\x"),
        (r"C:\MyData\my?.zip", r"C:\MyData\my1.zip"),
        (r"C:\somepath\?\Data", r"C:\somepath\P\Data\x"),
        (r"C:\somepath\test0?\Data", r"C:\somepath\test01\Data"),
        (r"%ALLUSERSPROFILE%\CustomLogFiles", r"C:\ProgramData\CustomLogFiles\Folder1\file1.txt"),
        (
            r"%PROGRAMFILES%\Contoso*\v?\bin\contoso.exe",
            r"c:\Program Files\Contoso Labs\v1\bin\contoso.exe",
        ),
        (r"c:\data\*\marked\date*", r"c:\data\final\marked\date1.txt"),
        (r"\\server\share\scratch", r"\\SERVER\share\scratch\tmp1"),
        ("C:", r"C:\anything\at\all"),
        (r"C:\scratch\:{PathType:folder}", r"C:\scratch\tmp1"),
        (r"C:\scratch\*\ ".strip(), r"C:\scratch\tmp1\model_weights.ckpt"),
    ],
)
def test_an_entry_covers_what_the_documentation_says(exclusion, path):
    assert covers(exclusion, path)


@pytest.mark.parametrize(
    ("exclusion", "path"),
    [
        (r"c:\data\*\marked\date*", r"c:\data\final\marked\date1\inside.txt"),
        (r"C:\somepath\*\Data", r"C:\somepath\Data"),
        (r"C:\somepath\*\Data", r"C:\somepath\a\b\Data"),
        (r"C:\MyData\*.txt", r"C:\MyData\deeper\notes.txt"),
        (r"C:\MyData\my?.zip", r"C:\MyData\my12.zip"),
        (r"C:\MyData\my?.zip", r"C:\MyData\my.zip"),
        (r"?:\scratch", r"C:\scratch"),
        (r"*:\scratch", r"C:\scratch"),
        (r"C:\scratch", r"D:\scratch"),
        (r"C:\scratch\tmp1", r"C:\scratch"),
        ("%TEMP%", TEMP),
        (r"%LOCALAPPDATA%\Temp", TEMP),
        (r"%UNHEARD_OF%\scratch", r"C:\scratch"),
        ("$env:TEMP", TEMP),
        ("scratch", r"C:\scratch"),
        ("", r"C:\scratch"),
        (r"C:\scratch\:{ScanTrigger:OnDemand}", r"C:\scratch\tmp1"),
        (r"C:\scratch\:{PathType:folder,Process:'x.exe'}", r"C:\scratch\tmp1"),
    ],
)
def test_an_entry_does_not_cover_what_the_documentation_rules_out(exclusion, path):
    assert not covers(exclusion, path)


def test_variables_resolve_as_system_sees_them():
    assert covers("%TEMP%", r"C:\Windows\TEMP\tmp1")
    assert resolve("%windir%\\Fonts") == r"C:\Windows\Fonts"
    assert resolve("%LOCALAPPDATA%", drive="D:").startswith("D:\\Windows\\System32\\config")
    assert resolve(r"%MY_OWN%\x") is None


@pytest.mark.parametrize(
    ("exclusion", "reason"),
    [
        ("%TEMP%", r"is C:\Windows\Temp"),
        (r"%localappdata%\Temp", "runs as SYSTEM"),
        (r"%OneDrive%\asr", "SYSTEM, which has none"),
        (r"$env:TEMP\nemo", "PowerShell"),
        ("${env:TEMP}", "PowerShell"),
        (r"~\asr", "does not expand"),
        (r"C:\*\*\*\*\*\*\*", "more than 6 wildcards"),
        (r"*:\scratch", "stand for the drive"),
        (r"?:\scratch", "stand for the drive"),
        (r"*\scratch", "stand for the drive"),
        (r"Z:\scratch", "mapped network drive"),
        (r"C:\a;D:\b", "several paths"),
        (r'"C:\my folder"', "character"),
        (r"scratch\tmp", "not a full path"),
    ],
)
def test_an_entry_that_cannot_match_is_faulted_with_its_reason(exclusion, reason):
    assert reason in fault_of(exclusion, network_drives=["Z:\\"])


@pytest.mark.parametrize(
    "exclusion",
    [
        r"C:\scratch",
        r"D:\*\*\*\*\*\*",
        r"%ProgramData%\asr",
        r"%MACHINE_WIDE%\asr",
        r"\\?\C:\scratch",
        r"\\server\share",
        r"C:\scratch\:{PathType:folder}",
        r"Z:\scratch",
    ],
)
def test_an_entry_that_may_match_is_not_faulted(exclusion):
    assert fault_of(exclusion) is None


@pytest.mark.parametrize(
    "exclusion",
    [
        *("C:", "C:\\", r"C:\*", "*", "*.*", "%SystemDrive%", r"\\?\D:" + "\\"),
        *(r"C:\Users", r"c:\users\*", r"C:\Users\ada", r"C:\Users\ada\AppData\Local\*"),
        *(TEMP, TEMP + "\\", TEMP + r"\*", r"C:\Users\*\AppData\Local\Temp", r"C:\*\*\*\*\Temp"),
        *(r"C:\Windows", "%windir%", r"C:\Windows\Temp", "%TEMP%", "%TMP%", r"D:\Temp\*.*"),
        *("%USERPROFILE%", "%LOCALAPPDATA%", "%ProgramFiles%", r"C:\Program Files\Java"),
    ],
)
def test_a_broad_entry_is_named(exclusion):
    assert breadth_of(exclusion)


@pytest.mark.parametrize(
    "exclusion",
    [
        *(r"C:\winasr-scratch", r"D:\scratch\*", r"C:\Users\ada\AppData\Local\winasr-scratch"),
        *(r"C:\Users\*.tmp", r"C:\Users\ada\AppData\Local\Temperature", r"%ProgramData%\asr"),
        *(r"C:\*\*\*\*\*\*\*", r"C:\Windows\Temp\:{ScanTrigger:OnDemand}", ""),
    ],
)
def test_a_narrow_entry_is_not(exclusion):
    assert breadth_of(exclusion) is None


def test_extensions_of_programs_and_scripts_are_broad():
    assert all(map(breadth_of_extension, (".py", "PY", ".exe", "dll", "*")))
    assert not any(map(breadth_of_extension, (".nemo", "wav", "")))


def test_interpreters_are_broad_wherever_they_lie():
    assert all(map(breadth_of_process, ("python.exe", r"C:\asr\.venv\Scripts\Python.EXE", "*")))
    assert not breadth_of_process(r"C:\asr\transcriber.exe")


@given(below, st.lists(names, max_size=4))
def test_whatever_lies_below_a_covered_folder_is_covered(parts, more):
    assert covers(path_of(parts), path_of((*parts, *more)))


@given(below, names, st.integers(0, 4), st.lists(names, max_size=3))
def test_below_a_folder_matched_by_wildcards_too(parts, last, at, more):
    parts = list(parts)
    pattern = list(parts)
    pattern[at % len(pattern)] = "*"
    entry = path_of((*pattern, last))
    assert covers(entry, path_of((*parts, last, *more)))


@given(below, below, st.lists(names, min_size=2, max_size=4))
def test_a_star_never_stands_for_several_folders(head, tail, between):
    assume([n.upper() for n in tail] != [n.upper() for n in (*between, *tail)[1 : len(tail) + 1]])
    assert not covers(path_of((*head, "*", *tail)), path_of((*head, *between, *tail)))


@given(below, names)
def test_a_sibling_with_a_longer_name_is_never_covered(parts, more):
    assert not covers(path_of(parts), path_of(parts) + more)


@given(below, st.lists(names, max_size=2))
def test_case_makes_no_difference(parts, more):
    assert covers(path_of(parts).upper(), path_of((*parts, *more)).lower())
    assert covers(path_of(parts).lower(), path_of((*parts, *more)).upper())


@given(st.lists(st.sampled_from(["*", "?", "a", "?*"]), min_size=1, max_size=12), below)
def test_more_than_six_wildcards_never_match(pattern, more):
    entry = path_of(pattern) + "\\"
    wildcards = entry.count("*") + entry.count("?")
    target = path_of((*("a" if p != "?*" else "ab" for p in pattern), *more))
    assert covers(entry, target) == (wildcards <= 6)
    assert bool(fault_of(entry)) == (wildcards > 6)


@given(below, below)
def test_without_wildcards_it_is_a_plain_comparison_of_prefixes(parts, other):
    oracle = (path_of(other).lower() + "\\").startswith(path_of(parts).lower() + "\\")
    assert covers(path_of(parts), path_of(other)) == oracle
