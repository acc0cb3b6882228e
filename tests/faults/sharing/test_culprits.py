"""Who is named: what holds the file now, and the way from the test to the line that opened it."""

from __future__ import annotations

import contextlib
import ctypes
import io
import mmap
import os
import sqlite3
import subprocess
import sys
import threading
from os import open as early_open  # before the rules are in force
from os import rename as early_rename

import pytest

from winasr_doctor.faults import inject, windows_sharing
from winasr_doctor.faults.sharing.decisions import Situation
from winasr_doctor.faults.sharing.handles import Handle, HandleKind
from winasr_doctor.faults.sharing.refusals import Held, Refusal, told_once

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="Windows itself refuses there"),
    pytest.mark.usefixtures("rules"),
]


@pytest.fixture
def told(rules):
    """Return a function that makes a call fail and returns the report on it."""

    def try_it(act, path):
        with pytest.raises(PermissionError):
            act(path)
        return str(rules.refusals[-1])

    return try_it


def test_c_code_that_holds_a_file_is_not_taken_for_python_code_that_closed_it(tmp_path, told):
    name = tmp_path / "model.bin"
    name.write_bytes(b"x")  # closed; what C opens gets its descriptor
    descriptor = ctypes.CDLL(None).open(os.fsencode(name), os.O_RDONLY)
    name.read_bytes()
    text = told(os.unlink, name)
    os.close(descriptor)
    assert "opened by C code" in text
    assert "write_bytes" not in text
    assert "read_bytes" not in text


def test_a_file_is_known_by_the_name_it_was_given_later(tmp_path, told, rules):
    file = open(tmp_path / "old", "w")  # noqa: SIM115
    rules.share_delete(file)
    os.rename(tmp_path / "old", tmp_path / "new")
    rules._sharing.clear()
    text = told(os.unlink, tmp_path / "new")
    file.close()
    assert "opened at" in text


def test_a_file_is_known_that_was_renamed_by_what_the_rules_do_not_see(tmp_path, told):
    old, new = str(tmp_path / "old"), str(tmp_path / "new")
    open(old, "w").close()
    os.replace(old, new)  # nobody has it open
    with open(old, "w"):
        early_rename(old, new)
        text = told(os.unlink, new)
    assert "opened at" in text


def test_a_file_is_known_whose_renaming_an_injected_fault_stopped_at_first(tmp_path, rules, told):
    old, new = str(tmp_path / "old"), str(tmp_path / "new")
    open(old, "w").close()
    with inject("replace:5"), windows_sharing(), pytest.raises(PermissionError):
        os.replace(old, new)  # nobody has it open, and it does not happen
    with open(old, "w") as file:
        rules.share_delete(file)
        os.replace(old, new)
        rules.start_over()
        text = told(os.unlink, new)
    assert "opened at" in text


def test_a_file_that_was_opened_by_the_name_of_a_link_is_known(tmp_path, told):
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("file")
    with open(tmp_path / "link"):
        os.rename(tmp_path / "link", tmp_path / "link2")
        text = told(os.unlink, tmp_path / "file")
    assert "opened at" in text


def test_an_opening_by_an_opener_is_known(tmp_path, told):
    def opener(path, flags):
        return early_open(path, flags)

    with open(str(tmp_path / "a"), "w", opener=opener):
        text = told(os.unlink, tmp_path / "a")
    assert "in opener" in text


def test_an_opening_is_known_after_one_that_was_not_tried(tmp_path, told):
    name = str(tmp_path / "a")
    with pytest.raises(ValueError, match="mode"):
        open(name, mode="nonsense").close()  # noqa: PLW1501 - before it says what it opens
    with io.FileIO(name, "w"):
        text = told(os.unlink, name)
    assert "opened at" in text


def test_a_file_that_was_renamed_onto_itself_can_be_opened_again(tmp_path, rules):
    path = str(tmp_path / "a")
    open(path, "w").close()
    for _ in range(2):
        os.rename(path, path)
        with open(path, encoding="utf-8") as file:
            assert file.read() == ""


def test_a_connection_to_sqlite_is_named(tmp_path, told):
    with contextlib.closing(sqlite3.connect(tmp_path / "a.sqlite")) as connection:
        connection.execute("create table t(x)")
        text = told(os.unlink, tmp_path / "a.sqlite")
    assert f"opened by sqlite3.connect at {__file__}" in text


@pytest.mark.skipif(sys.version_info < (3, 11), reason="has no event with the connection")
def test_a_closed_connection_is_not_named_where_sqlite_keeps_its_file_open(tmp_path, told):
    """SQLite closes no file on which another connection has a lock (os_unix.c, `unixClose`)."""
    path = tmp_path / "a.sqlite"
    with (
        contextlib.closing(sqlite3.connect(path)) as closed,
        contextlib.closing(sqlite3.connect(path)) as still_open,
    ):
        still_open.execute("create table t(x)")
        still_open.execute("begin immediate")
        closed.close()
        text = told(os.unlink, path)
    assert text.count("held by") == 1
    assert f"sqlite3.connect at {__file__}" in text


def test_a_memory_map_is_named(tmp_path, told):
    (tmp_path / "a").write_bytes(b"x" * 4096)
    with open(tmp_path / "a", "rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    text = told(os.unlink, tmp_path / "a")
    mapped.close()
    assert f"opened by mmap.mmap at {__file__}" in text


def test_a_folder_that_is_open_is_named(tmp_path, told):
    descriptor = os.open(tmp_path, os.O_RDONLY)
    text = told(os.rmdir, tmp_path)
    os.close(descriptor)
    assert "open folder (descriptor" in text
    assert f"opened at {__file__}" in text


def test_the_line_that_entered_the_current_directory_is_named(tmp_path, told, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.chdir(tmp_path)
    text = told(os.rmdir, tmp_path)
    assert f"entered at {__file__}" in text


def test_a_child_is_named_with_its_command_and_the_line_that_started_it(tmp_path, told):
    command = [sys.executable, "-c", "print(flush=True); input()"]
    with (
        open(tmp_path / "server.log", "w") as log,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
        ) as process,
    ):
        process.stdout.readline()
        log.close()
        text = told(os.unlink, tmp_path / "server.log")
        process.communicate(b"\n")
    assert f"of child process {process.pid} ({sys.executable} -c" in text
    assert f"started at {__file__}" in text


def test_an_opening_in_another_thread_is_known(tmp_path, told):
    files = []

    def work():
        files.append(open(tmp_path / "a", "w"))  # noqa: SIM115

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    text = told(os.unlink, tmp_path / "a")
    files[0].close()
    assert f"opened at {__file__}" in text


def deep(depth, path):
    return open(path, "w") if depth == 0 else deep(depth - 1, path)


def test_a_long_way_is_shortened_in_the_middle(tmp_path, told):
    file = deep(40, tmp_path / "a")
    text = told(os.unlink, tmp_path / "a")
    file.close()
    assert "more lines ..." in text
    assert len(text.splitlines()) < 20
    assert text.splitlines()[-1].endswith("in test_a_long_way_is_shortened_in_the_middle")


def test_lines_of_pytest_are_left_out(tmp_path, told):
    with open(tmp_path / "a", "w"):
        text = told(os.unlink, tmp_path / "a")
    assert f"{os.sep}_pytest{os.sep}" not in text
    assert "pluggy" not in text


def test_a_child_without_a_command_yet_is_not_another_one():
    """Linux starts a program before it says with which command (proc_pid_cmdline(5))."""
    handle = Handle(os.getpid() + 1, HandleKind.CURRENT_DIRECTORY, "/app")
    refusals = [
        Refusal(
            "rmdir",
            "/app",
            None,
            32,
            Situation.CURRENT_DIRECTORY,
            (Held(handle, command=command),),
            (),
        )
        for command in ("", "python app.py")
    ]
    text = told_once(refusals)
    assert text.count("rmdir '/app'") == 1
    assert "(python app.py)" in text
    assert "refused 2 times" in text


def test_the_same_refusal_is_told_once(tmp_path, rules):
    with open(tmp_path / "a", "w"):
        for _ in range(30):
            with pytest.raises(PermissionError):
                os.unlink(tmp_path / "a")
    text = told_once(rules.refusals)
    assert text.count("WinError 32") == 1
    assert "refused 30 times" in text


def test_an_error_repeats_nothing_that_an_earlier_one_has_told(tmp_path):
    notes = []
    with open(tmp_path / "a", "w"):
        for _ in range(2):
            with pytest.raises(PermissionError) as caught:
                os.unlink(tmp_path / "a")
            notes.append(caught.value.__notes__)
    assert "opened at" in "\n".join(notes[0])
    assert len(notes[1]) == 1


def test_many_handles_and_refusals_are_cut_short(tmp_path, rules):
    (tmp_path / "a").touch()
    with contextlib.ExitStack() as files:
        for _ in range(50):
            files.enter_context(open(tmp_path / "a"))
        for number in range(50):
            with pytest.raises(PermissionError):
                os.rename(tmp_path / "a", tmp_path / str(number))
    text = told_once(rules.refusals)
    assert "and 45 more handles" in text
    assert text.count("file object opened for reading") == 3  # with the first handle
    assert len(text.splitlines()) < 80


def test_code_that_tries_for_ever_does_not_fill_the_memory(tmp_path, rules, monkeypatch):
    monkeypatch.setattr("winasr_doctor.faults.sharing.emulator._MOST_REFUSALS", 10)
    with open(tmp_path / "a", "w"):
        for _ in range(20):
            with contextlib.suppress(PermissionError):
                os.unlink(tmp_path / "a")
    assert len(rules.refusals) == 10


def test_a_move_is_told_with_its_target(tmp_path, told):
    (tmp_path / "new").touch()
    with open(tmp_path / "old", "w"):
        text = told(lambda path: os.replace(tmp_path / "new", path), tmp_path / "old")
    moved = f"replace {str(tmp_path / 'new')!r} -> {str(tmp_path / 'old')!r}"
    assert text.startswith(f"{moved}: WinError 5 because the target is open")
