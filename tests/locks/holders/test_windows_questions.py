"""The three questions to Windows, put to a Windows that is made up here (runs anywhere)."""

from __future__ import annotations

import ctypes
import os
import struct

import pytest

from winasr_doctor.locks.holders import ntapi, restart_manager, windows
from winasr_doctor.locks.holders.evidence import Evidence, UndeterminedError
from winasr_doctor.locks.holders.ntapi import NtStatusError
from winasr_doctor.locks.holders.target import HeldPath

STRANGER = 2**22 + 11
MORE_DATA = 234


class Made:
    """A kernel, or another library, whose functions are Python's."""

    def __init__(self, **functions):
        for name, function in functions.items():
            setattr(self, name, _settable(function))


def _settable(function):
    def call(*arguments):
        return function(*arguments)

    return call


def ask(path):
    evidence = Evidence(2.0)
    windows.other_processes(HeldPath.of(path), evidence)
    return evidence.answer()


def refused(*_):
    raise UndeterminedError("not here")


@pytest.fixture
def questions(monkeypatch):
    """Answers to the three questions, each of which cannot tell unless told otherwise."""

    def answer(use=None, manager=None, handles=None):
        def by_use(path):
            if use is None:
                raise NtStatusError(0xC0000002)
            return use(path)

        monkeypatch.setattr(ntapi, "processes_using", by_use)
        monkeypatch.setattr(restart_manager, "users", manager or refused)
        monkeypatch.setattr(windows, "_by_handles", handles or refused)

    return answer


def test_the_file_system_is_asked_first_and_settles_it(manifest, questions):
    questions(use=lambda _: [os.getpid(), STRANGER], manager=lambda _: [(1, "never")])
    holders, undetermined = ask(manifest)
    assert [(h.pid, h.what, h.how) for h in holders] == [
        (STRANGER, "open file", "NtQueryInformationFile")
    ]
    assert undetermined == ()


def test_of_a_folder_everything_below_is_asked_about(manifest, questions):
    questions(use=lambda path: [STRANGER] if path.endswith("manifest.json") else [])
    holders, _ = ask(manifest.parent.parent)
    assert [h.path for h in holders] == [str(manifest)]


def test_too_much_below_a_folder_is_said(manifest, questions, monkeypatch):
    monkeypatch.setattr(windows, "_MOST_BELOW", 3)
    for number in range(5):
        (manifest.parent / str(number)).touch()
    questions(use=lambda _: [])
    assert any("too many" in sentence for sentence in ask(manifest.parent)[1])


def test_the_restart_manager_comes_second_and_names_the_program(manifest, questions):
    questions(manager=lambda _: [(os.getpid(), "us"), (STRANGER, "Defender")])
    holders, undetermined = ask(manifest)
    assert [(h.pid, h.process, h.how) for h in holders] == [
        (STRANGER, "Defender", "Restart Manager")
    ]
    assert undetermined == ()


def test_the_restart_manager_is_not_asked_about_folders(manifest, questions):
    questions(manager=lambda _: [(STRANGER, "never")])
    holders, undetermined = ask(manifest.parent)
    assert holders == ()
    assert any("folders" in sentence for sentence in undetermined)


def test_handles_come_last(manifest, questions):
    def by_handles(target, evidence):
        evidence.found(STRANGER, target.asked, "open file", "handles")

    questions(handles=by_handles)
    holders, undetermined = ask(manifest)
    assert [h.how for h in holders] == ["handles"]
    assert undetermined == ()


def test_when_nobody_can_tell_every_reason_is_given(manifest, questions):
    questions()
    (sentence,) = ask(manifest)[1]
    assert "0xc0000002" in sentence
    assert sentence.count("not here") == 2


@pytest.fixture
def kernel(monkeypatch):
    """Put made-up libraries in place of Windows'."""
    closed = []

    def put(**libraries):
        libraries.setdefault("kernel32", {})
        files = {
            "CreateFileW": lambda *_: 77,
            "CloseHandle": lambda handle: closed.append(handle.value),
            "OpenProcess": lambda *_: None,
            "GetCurrentProcess": lambda: 2**64 - 1,
        }
        made = {
            name: Made(**(files if name == "kernel32" else {}), **functions)
            for name, functions in libraries.items()
        }
        for module in (ntapi, restart_manager):
            monkeypatch.setattr(module, "_library", made.__getitem__)
        monkeypatch.setattr(restart_manager, "wine_version", lambda: None)
        return closed

    return put


def test_the_answer_of_the_file_system_is_read_in_a_buffer_that_grows(kernel):
    pids = list(range(4, 40_004, 4))
    answer = struct.pack(f"@N{len(pids)}N", len(pids), *pids)

    def query(handle, status, buffer, size, kind):
        assert (handle.value, kind.value) == (77, 47)
        if size.value < len(answer):
            return -0x3FFFFFFC  # STATUS_INFO_LENGTH_MISMATCH, as ctypes returns it
        buffer[: len(answer)] = answer
        return 0

    closed = kernel(ntdll={"NtQueryInformationFile": query})
    assert ntapi.processes_using("file") == pids
    assert closed == [77]


def test_a_file_system_that_cannot_say_is_an_error_with_its_number(kernel):
    closed = kernel(ntdll={"NtQueryInformationFile": lambda *_: -0x3FFFFFFE})
    with pytest.raises(NtStatusError) as raised:
        ntapi.processes_using("file")
    assert raised.value.args == (0xC0000002,)
    assert closed == [77]


def test_of_the_handle_table_only_those_to_files_are_taken(kernel):
    entry = struct.Struct("@PPPIHHII")
    own = os.getpid()
    one, other = own + 1, own + 2
    rows = [(own, 77, 30), (one, 100, 30), (one, 104, 31), (other, 77, 30)]
    table = struct.pack("@PP", len(rows), 0) + b"".join(
        entry.pack(0, pid, handle, 0, 0, kind, 0, 0) for pid, handle, kind in rows
    )

    def query(kind, buffer, size, needed):
        assert kind == 64
        buffer[: len(table)] = table
        return 0

    kernel(ntdll={"NtQuerySystemInformation": query})
    assert ntapi.file_handles() == [(one, 100), (other, 77)]


def test_only_what_is_on_a_disk_is_asked_for_its_path(kernel):
    kernel(kernel32={"GetFileType": lambda _: 3})
    assert ntapi.path_of_handle(12) is None


def test_a_process_that_refuses_is_a_permission_error(kernel):
    kernel()
    with pytest.raises(PermissionError), ntapi.process_to_copy_from(4):
        pass


def users_in(kernel, users):
    ended = []

    def get_list(session, needed, count, infos, reasons):
        needed._obj.value = len(users)
        if count._obj.value < len(users):
            return MORE_DATA
        for info, (pid, name) in zip(infos, users, strict=False):
            info.pid, info.name = pid, name
        count._obj.value = len(users)
        return 0

    kernel(
        rstrtmgr={
            "RmStartSession": lambda *_: 0,
            "RmRegisterResources": lambda *_: 0,
            "RmGetList": get_list,
            "RmEndSession": ended.append,
        }
    )
    return ended


def test_the_restart_managers_list_is_asked_again_when_it_has_grown(kernel):
    users = [(number, f"program {number}") for number in range(1, 40)]
    ended = users_in(kernel, users)
    assert restart_manager.users("file") == users
    assert len(ended) == 1


def test_a_restart_manager_that_fails_cannot_tell_and_its_session_is_ended(kernel):
    ended = users_in(kernel, [])
    restart_manager._library("rstrtmgr").RmRegisterResources = lambda *_: 5
    with pytest.raises(UndeterminedError):
        restart_manager.users("file")
    assert len(ended) == 1


def test_the_restart_manager_of_wine_is_not_believed(kernel, monkeypatch):
    kernel()
    monkeypatch.setattr(restart_manager, "wine_version", lambda: "8.0")
    with pytest.raises(UndeterminedError, match="Wine"):
        restart_manager.users("file")


def test_the_layout_of_the_entries_is_windows():
    if ctypes.sizeof(ctypes.c_wchar) == 2:
        assert ctypes.sizeof(restart_manager._ProcessInfo) == 668
    assert ntapi._HANDLE_ENTRY.size == 40
