"""What a refusal tells: the file, who holds it, and where it was opened."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
import tempfile

import pytest

from winasr_doctor.faults import windows_sharing
from winasr_doctor.faults.sharing import HandleKind, Situation
from winasr_doctor.faults.sharing.openings import opening_of
from winasr_doctor.windows.errors import classify

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows itself refuses there")


class Library:
    """Keeps a file open, as a library that leaks."""

    def __init__(self, path):
        self.file = open(path)  # noqa: SIM115


@pytest.fixture
def leak(tmp_path):
    """Hold the rules in force, and a library that has a file open."""
    (tmp_path / "manifest.json").touch()
    with windows_sharing() as rules:
        library = Library(tmp_path / "manifest.json")
        yield rules, library, tmp_path / "manifest.json"
        library.file.close()


def refused(path):
    with pytest.raises(PermissionError) as caught:
        os.unlink(path)
    return caught.value


def test_a_refusal_names_the_file_and_the_reason(leak):
    rules, _, path = leak
    refused(path)
    (refusal,) = rules.refusals
    assert (refusal.operation, refusal.path, refusal.code) == ("unlink", str(path), 32)
    assert refusal.situation is Situation.OPEN
    assert refusal.stack[0].function == "refused"


def test_a_refusal_names_the_handle(leak):
    rules, library, path = leak
    refused(path)
    (held,) = rules.refusals[0].held
    assert held.handle.pid == os.getpid()
    assert held.handle.kind is HandleKind.FILE
    assert held.handle.descriptor == library.file.fileno()
    assert held.handle.path == str(path)


def test_a_refusal_names_the_line_that_opened_the_file(leak):
    rules, _, path = leak
    refused(path)
    ((line, caller, *_),) = rules.refusals[0].held[0].opened
    assert (line.file, line.function) == (__file__, "__init__")
    assert (caller.file, caller.function) == (__file__, "leak")
    with open(__file__) as source:
        assert "self.file = open(path)" in source.read().splitlines()[line.number - 1]


def test_a_refusal_describes_the_object_that_holds_the_file(leak):
    rules, _, path = leak
    refused(path)
    assert "file" in " ".join(rules.refusals[0].held[0].objects)


def test_the_error_says_it_all_in_its_notes(leak):
    rules, _, path = leak
    notes = "\n".join(refused(path).__notes__)
    assert f"{__file__}:" in notes
    assert str(path) in notes
    assert f"descriptor {rules.refusals[0].held[0].handle.descriptor}" in notes


def test_lines_of_the_standard_library_are_left_out(tmp_path):
    (tmp_path / "file").touch()
    with windows_sharing() as rules:
        file = (tmp_path / "file").open()
        refused(tmp_path / "file")
        file.close()
    line = rules.refusals[0].held[0].opened[0][0]
    assert line.function == "test_lines_of_the_standard_library_are_left_out"


def test_a_file_opened_through_a_link_is_found_by_its_real_name(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with windows_sharing() as rules, open(tmp_path / "link" / "file"):
        refused(tmp_path / "real" / "file")
    assert rules.refusals[0].held[0].opened[0][0].file == __file__


def test_a_file_opened_before_is_reported_without_a_line(tmp_path):
    (tmp_path / "file").touch()
    with open(tmp_path / "file"), windows_sharing() as rules:
        refused(tmp_path / "file")
    assert rules.refusals[0].held[0].opened == ()


def test_a_childs_handle_names_the_child(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", "print(flush=True); input()"],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        process.stdout.readline()
        with windows_sharing() as rules, pytest.raises(PermissionError):
            os.rmdir(tmp_path)
        process.communicate(b"\n")
    (held,) = rules.refusals[0].held
    assert str(held.handle) == f"current directory of child process {process.pid}"
    assert "input()" in held.command


def test_nothing_is_noted_while_nobody_listens(tmp_path):
    (tmp_path / "file").touch()
    with windows_sharing():
        pass
    with open(tmp_path / "file") as file:
        assert opening_of(file.fileno(), file.name, os.O_CLOEXEC) is None


def test_openings_are_forgotten_at_the_end(tmp_path):
    (tmp_path / "file").touch()
    with windows_sharing(), open(tmp_path / "file") as file:
        number = file.fileno()
        assert opening_of(number, str(tmp_path / "file"), os.O_CLOEXEC) is not None
    assert opening_of(number, str(tmp_path / "file"), os.O_CLOEXEC) is None


def test_of_several_openings_those_that_are_still_open_are_named(tmp_path):
    def closed():
        open(tmp_path / "file", "w").close()

    def kept():
        return open(tmp_path / "file")

    with windows_sharing() as rules:
        closed()
        with kept(), kept():
            closed()
            refused(tmp_path / "file")
    held = rules.refusals[0].held
    assert [[stack[0].function for stack in one.opened] for one in held] == [["kept"], ["kept"]]


def test_the_rules_end_with_the_block(tmp_path):
    (tmp_path / "file").touch()
    with windows_sharing():
        pass
    with open(tmp_path / "file"):
        os.unlink(tmp_path / "file")


def test_the_rules_need_proc(monkeypatch):
    monkeypatch.setattr("winasr_doctor.faults.sharing.emulator.available", lambda: False)
    with pytest.raises(RuntimeError, match="/proc"), windows_sharing():
        pass


def test_looking_for_the_holders_is_not_itself_refused(leak, monkeypatch):
    rules, _, path = leak

    def look(wanted):
        os.unlink(path)
        return ("found",)

    monkeypatch.setattr("winasr_doctor.faults.sharing.emulator._describe_objects", look)
    refused(path)
    assert len(rules.refusals) == 1


def test_the_objects_are_looked_for_once(leak, monkeypatch):
    rules, _, path = leak
    calls = []
    monkeypatch.setattr(
        "winasr_doctor.faults.sharing.emulator._describe_objects",
        lambda wanted: (calls.append(wanted), ("one",))[1],
    )
    refused(path)
    refused(path)
    assert calls == [str(path)]
    assert [refusal.held[0].objects for refusal in rules.refusals] == [("one",), ("one",)]


def test_children_are_found_on_a_kernel_that_does_not_list_them(tmp_path, monkeypatch):
    monkeypatch.setattr("winasr_doctor.faults.sharing.processes._LISTS_CHILDREN", False)
    test_a_childs_handle_names_the_child(tmp_path)


def lines_of(path):
    with open(path) as file:
        yield from file


def transcribe(keep):
    """Fail as NeMo does when the GPU runs out of memory: a half-read manifest stays open."""
    with tempfile.TemporaryDirectory() as folder:
        manifest = os.path.join(folder, "manifest.json")
        with open(manifest, "w") as file:
            file.write("one\ntwo\n")
        lines = lines_of(manifest)
        next(lines)
        keep.append(folder)
        raise MemoryError("CUDA out of memory")


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # the leak is the subject
def test_a_suspended_generator_makes_the_clean_up_hide_the_real_error():
    keep = []
    with windows_sharing() as rules:
        with pytest.raises(OSError, match="WinError") as caught:
            transcribe(keep)
        assert isinstance(real_error(caught.value), MemoryError)
        assert classify(caught.value).code == 32
        assert "lines_of" in str(rules.refusals[0])
        del caught
        gc.collect()
        shutil.rmtree(keep[0])
    assert not os.path.exists(keep[0])


def real_error(error):
    return error if error.__context__ is None else real_error(error.__context__)
