"""What the rules do not do, so that they cost little: events are counted, not seconds."""

from __future__ import annotations

import inspect
import itertools
import mmap
import os
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import ExitStack, contextmanager

import pytest

from winasr_doctor.faults.sharing import descriptors, openings, processes
from winasr_doctor.faults.sharing.decisions import obstacle, rows_by_operation
from winasr_doctor.faults.sharing.emulator import OPERATIONS
from winasr_doctor.faults.sharing.unhindered import is_unhindered
from winasr_doctor.faults.stacks import places_from

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="Windows itself refuses there"),
    pytest.mark.usefixtures("rules"),
]


@pytest.fixture
def reads(monkeypatch):
    """Count the files of the kernel that are read."""
    seen = []
    real = processes.read
    monkeypatch.setattr(processes, "read", lambda path: seen.append(path) or real(path))
    return seen


@pytest.fixture
def looks(monkeypatch):
    """Count the descriptors that are looked at."""
    seen = []
    real = descriptors.fstat
    monkeypatch.setattr(descriptors, "fstat", lambda number: seen.append(number) or real(number))
    return seen


def test_nothing_is_read_about_processes_where_no_file_is_held(tmp_path, reads, monkeypatch):
    # A process that an earlier test has left, such as multiprocessing's resource tracker.
    monkeypatch.setattr(processes, "_has_children", lambda: False)
    event = threading.Event()
    threads = [threading.Thread(target=event.wait) for _ in range(5)]
    for thread in threads:
        thread.start()
    (tmp_path / "a").touch()
    (tmp_path / "b").mkdir()
    os.replace(tmp_path / "a", tmp_path / "c")
    os.unlink(tmp_path / "c")
    os.rmdir(tmp_path / "b")
    event.set()
    for thread in threads:
        thread.join()
    assert not reads


def test_no_map_is_looked_for_where_a_file_is_emptied_that_is_empty(tmp_path, reads):
    """A lock file is opened so by each thread that tries to take the lock."""
    flags = os.O_RDWR | os.O_TRUNC | os.O_CREAT
    numbers = [os.open(tmp_path / "lock", flags) for _ in range(3)]
    for number in numbers:
        os.close(number)
    assert not reads


def test_maps_are_read_again_only_after_one_was_made(tmp_path, reads):
    files = [tmp_path / name for name in ("one", "two", "three")]
    for path in files:
        path.write_bytes(bytes(mmap.PAGESIZE))
    first = _mapped(files[0])
    with open(files[2], "ab"):  # so that it must be found out who holds it
        for _ in range(20):
            files[2].write_text("text")
    assert reads.count("/proc/self/maps") < 10  # memory may grow
    first.close()
    with _mapped(files[1]), pytest.raises(OSError, match="Invalid"):  # in the place of the first
        files[1].write_text("text")
    files[1].write_text("text")


def test_a_child_may_map_a_file_in_the_place_of_another_one(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(bytes(mmap.PAGESIZE))
    maps = (
        "import mmap, sys\n"
        "def mapped(name):\n"
        "    with open(name, 'rb') as file:\n"
        "        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)\n"
        "a = mapped('a'); print(flush=True); input(); a.close()\n"
        "b = mapped('b'); print(flush=True); input()\n"
    )
    command = [sys.executable, "-S", "-c", maps]
    with (
        subprocess.Popen(
            command, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as child,
        open(tmp_path / "b", "ab"),  # so that it must be found out who has it mapped
    ):
        child.stdout.readline()
        (tmp_path / "b").write_bytes(bytes(mmap.PAGESIZE))
        child.stdin.write(b"\n")
        child.stdin.flush()
        child.stdout.readline()
        with pytest.raises(OSError, match="Invalid"):
            (tmp_path / "b").write_text("text")
        child.communicate(b"\n")


def test_the_maps_of_a_child_are_read_again_only_after_it_has_run(tmp_path, reads):
    command = [sys.executable, "-S", "-c", "input()"]
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as child,
        open(tmp_path / "a", "ab"),  # so that it must be found out who has it mapped
    ):
        child.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, child.pid, os.WSTOPPED)
        for _ in range(20):
            (tmp_path / "a").write_bytes(bytes(mmap.PAGESIZE))
        child.send_signal(signal.SIGCONT)
        child.communicate(b"\n")
    assert reads.count(f"/proc/{child.pid}/maps") <= 2


def test_a_folder_is_renamed_without_a_look_at_what_children_have_mapped(tmp_path, reads):
    (tmp_path / "a").mkdir()
    with subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE) as child:
        os.rename(tmp_path / "a", tmp_path / "b")
        child.communicate(b"\n")
    assert not any("maps" in path for path in reads)


def _mapped(path):
    with open(path, "rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def test_many_open_files_are_looked_at_once(tmp_path, looks):
    files = [open(tmp_path / f"f{number}", "w") for number in range(100)]  # noqa: SIM115
    for number in range(20):
        (tmp_path / f"d{number}").mkdir()
        (tmp_path / f"d{number}" / "a").write_text("text")
        os.unlink(tmp_path / f"d{number}" / "a")
        os.rmdir(tmp_path / f"d{number}")
    for file in files:
        file.close()
    assert len(looks) < 100 + 20 * 20


def test_a_server_that_waits_does_not_make_all_be_looked_at_again(tmp_path, looks, monkeypatch):
    """Linux counts the descriptor that the next connection will get (net/socket.c, accept)."""
    count = descriptors._count
    monkeypatch.setattr(descriptors, "_count", lambda: count() + 1)
    with ExitStack() as files:
        for number in range(20):
            files.enter_context(open(tmp_path / f"f{number}", "w"))
        for _ in range(10):
            (tmp_path / "d").mkdir()
            os.rmdir(tmp_path / "d")
    assert len(looks) < 100


def test_children_are_listed_again_only_after_one_was_started(tmp_path, reads, monkeypatch):
    monkeypatch.setattr(processes, "_newest_process", lambda: b"1")
    monkeypatch.setattr(processes, "_family", None)
    with subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE) as child:
        for name in ("a", "b", "c"):
            (tmp_path / name).mkdir()
            os.rmdir(tmp_path / name)
        assert sum(path.endswith("/children") for path in reads) <= 4
        monkeypatch.setattr(processes, "_newest_process", lambda: b"2")
        assert child.pid in processes.processes()
        child.communicate(b"\n")


def test_a_descriptor_that_nobody_saw_open_is_found(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    number = os.open(folder, os.O_RDONLY)
    again = os.dup(number)  # no audit event
    os.close(number)
    with pytest.raises(PermissionError):
        os.rmdir(folder)
    os.close(again)
    os.rmdir(folder)


def test_a_stack_is_kept_without_its_lines(tmp_path, monkeypatch):
    monkeypatch.setattr(openings, "lines_at", lambda places: pytest.fail("nobody asked"))
    (tmp_path / "a").write_text("text")


def test_a_stack_ends_where_pytest_calls_the_test():
    ((code, _),) = places_from(inspect.currentframe())
    assert code.co_name == "test_a_stack_ends_where_pytest_calls_the_test"


def _functions(stacks):
    stacks.append([code.co_name for code, _ in places_from(inspect.currentframe())][1:])


def test_a_stack_ends_where_a_thread_begins():
    stacks = []

    def work():
        _functions(stacks)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert stacks == [["work"]]


def test_a_stack_goes_on_below_what_threading_calls_back():
    stacks = []
    condition = threading.Condition()
    with condition:
        condition.wait_for(lambda: _functions(stacks) is None)
    assert stacks[0][-1] == "test_a_stack_goes_on_below_what_threading_calls_back"


@pytest.fixture
def frames(monkeypatch):
    """Count the frames that are taken to see who opens a file."""
    seen = []
    real = openings._getframe
    monkeypatch.setattr(openings, "_getframe", lambda above: seen.append(above) or real(above + 1))
    return seen


def test_a_frame_is_taken_once_for_an_opening_and_not_for_our_own(tmp_path, frames):
    open(tmp_path / "a", "w").close()
    os.close(os.open(tmp_path / "b", os.O_CREAT))
    os.fdopen(os.open(tmp_path / "c", os.O_CREAT)).close()
    assert len(frames) == 3
    frames.clear()
    (tmp_path / "a").replace(tmp_path / "b")
    (tmp_path / "b").unlink()
    assert not frames


def test_the_code_of_a_frame_is_read_once_for_a_temporary_file(tmp_path, monkeypatch):
    """To read it is an audit event, which takes longer than the rest of an opening's stack."""
    read = []
    monkeypatch.setitem(
        openings._NOTES, "object.__getattr__", lambda given: read.append(id(given[0]))
    )
    number, _ = tempfile.mkstemp(dir=tmp_path)
    assert read
    assert len(read) == len(set(read))
    os.close(number)


def test_no_name_is_looked_up_where_a_file_is_renamed_that_nobody_has_open(tmp_path, monkeypatch):
    (tmp_path / "a").touch()
    monkeypatch.setattr(openings, "_opened_as", lambda name: pytest.fail(f"{name} is not open"))
    os.replace(tmp_path / "a", tmp_path / "b")
    os.rename(tmp_path / "b", tmp_path / "c")


@contextmanager
def _situations(folder):
    """Yield names of files and folders in all kinds of states, which hold as long as one waits."""
    for name in ("free", "open", "read-only", "open-read-only"):
        (folder / name).write_text("text")
        if "read-only" in name:
            (folder / name).chmod(0o400)
    for name in ("empty", "opened", "full", "sealed"):
        (folder / name).mkdir()
    (folder / "link").symlink_to(folder / "open")
    (folder / "full" / "inside").write_text("text")
    (folder / "sealed").chmod(0o500)
    number = os.open(folder / "opened", os.O_RDONLY)
    with open(folder / "open"), open(folder / "open-read-only"), open(folder / "full" / "inside"):
        names = [*sorted(each.name for each in folder.iterdir()), "missing", "nowhere/missing"]
        yield [os.fspath(folder / name) for name in names]
    os.close(number)


@pytest.mark.parametrize("only_handles", [False, True])
def test_what_is_unhindered_is_so_by_the_table_too(tmp_path, only_handles, rules):
    rows = rows_by_operation(only_handles=only_handles)
    assert set(rows) == OPERATIONS
    unhindered = 0
    with _situations(tmp_path) as names:
        for operation, decisions in rows.items():
            targets = names if operation in {"rename", "replace"} else [None]
            for path, path2 in itertools.product(names, targets):
                if is_unhindered(operation, path, path2, only_handles=only_handles):
                    unhindered += 1
                    found = obstacle(decisions, path, path2, rules)
                    assert found is None, (operation, path, path2)
    assert unhindered > 100
