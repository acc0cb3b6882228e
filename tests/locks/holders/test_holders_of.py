"""Who has a path open: ourselves, our children, others, nobody; and what cannot be known."""

from __future__ import annotations

import mmap
import os
import sys
import threading

import pytest

from winasr_doctor.locks.holders import Who, _ask, holders_of

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="about /proc")


def lines_of(path):
    with path.open(encoding="utf-8") as file:
        yield from file


def test_a_file_object_of_this_process_is_named(manifest):
    with manifest.open(encoding="utf-8"):
        (holder,) = holders_of(manifest).holders
    assert (holder.who, holder.pid, holder.what) == (Who.OURSELVES, os.getpid(), "open file")
    assert holder.via == "file object opened for reading"
    assert os.path.samefile(holder.path, manifest)
    assert holder.process is not None
    assert holder.process.startswith("py")


def test_a_suspended_generator_is_named_with_its_line_instead_of_its_file(manifest):
    lines = lines_of(manifest)
    next(lines)
    (holder,) = holders_of(manifest).holders
    lines.close()
    line = lines_of.__code__.co_firstlineno + 2
    assert holder.via == f"generator lines_of suspended at test_holders_of.py:{line}"


def test_two_ways_to_hold_one_file_are_two_answers(manifest):
    lines = lines_of(manifest)
    next(lines)
    with manifest.open("a", encoding="utf-8"):
        vias = [holder.via for holder in holders_of(manifest).holders]
    lines.close()
    assert len(vias) == 2
    assert "file object opened for writing" in vias


def test_a_descriptor_without_an_object_is_an_answer(manifest):
    descriptor = os.open(manifest, os.O_RDONLY)
    try:
        (holder,) = holders_of(manifest).holders
    finally:
        os.close(descriptor)
    assert (holder.what, holder.via) == ("open file", None)


def test_a_memory_map_holds_after_its_file_was_closed(manifest):
    with manifest.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    holding = holders_of(manifest)
    mapped.close()
    assert holding.by_ourselves
    assert {holder.via for holder in holding.holders} == {"memory map object (mmap.mmap)"}
    assert "memory map" in {holder.what for holder in holding.holders}


def test_the_current_directory_holds_its_folder(manifest, monkeypatch):
    monkeypatch.chdir(manifest.parent)
    (holder,) = holders_of(manifest.parent).holders
    assert (holder.who, holder.what) == (Who.OURSELVES, "current directory")


def test_a_folder_is_held_by_a_file_open_below_it(manifest):
    with manifest.open(encoding="utf-8"):
        (holder,) = holders_of(manifest.parent.parent).holders
    assert os.path.samefile(holder.path, manifest)


def test_a_folder_is_not_held_by_its_neighbour(manifest):
    (neighbour := manifest.parent.with_name("run2")).mkdir()
    with manifest.open(encoding="utf-8"):
        assert holders_of(neighbour).holders == ()


@pytest.mark.parametrize(
    ("how", "what"), [("open", "open file"), ("map", "memory map"), ("cwd", "current directory")]
)
def test_a_child_is_told_from_us(manifest, child, how, what):
    process = child(how, manifest.parent if how == "cwd" else manifest)
    holding = holders_of(manifest.parent)
    assert {(holder.who, holder.pid) for holder in holding.holders} == {(Who.CHILD, process.pid)}
    assert not holding.by_ourselves
    if sys.platform == "linux":
        assert what in {holder.what for holder in holding.holders}


def test_an_unrelated_process_is_told_from_a_child(manifest, stranger):
    process = stranger("open", manifest)
    (holder,) = holders_of(manifest).holders
    assert (holder.who, holder.pid, holder.what) == (Who.OTHER, process.pid, "open file")
    assert holder.process is not None
    assert holder.process.startswith("py")


def test_we_come_before_children_and_they_before_others(manifest, stranger, child):
    stranger("open", manifest)
    child("open", manifest)
    with manifest.open(encoding="utf-8"):
        holders = holders_of(manifest).holders
    assert [holder.who for holder in holders] == list(Who)


def test_every_answer_says_how_it_is_known(manifest, child):
    child("open", manifest)
    with manifest.open(encoding="utf-8"):
        assert all(holder.how for holder in holders_of(manifest).holders)


def test_nobody_is_an_answer(manifest):
    holding = holders_of(manifest)
    assert holding.exists
    assert holding.holders == ()


@pytest.mark.parametrize("path", ["missing", "missing/too", "a\0b"])
def test_a_missing_path_is_undetermined(tmp_path, path):
    holding = holders_of(tmp_path / path)
    assert not holding.exists
    assert holding.holders == ()
    assert any(str(tmp_path / path) in sentence for sentence in holding.undetermined)


@linux_only
def test_a_deleted_file_that_is_still_open_is_found(manifest, child):
    process = child("open", manifest)
    manifest.unlink()
    holding = holders_of(manifest)
    assert [(holder.pid, holder.what) for holder in holding.holders] == [
        (process.pid, "deleted file")
    ]
    assert not holding.exists


@linux_only
def test_a_deleted_file_does_not_hold_a_new_one_of_its_name(manifest, child):
    child("open", manifest)
    manifest.unlink()
    manifest.write_text("new", encoding="utf-8")
    assert holders_of(manifest).holders == ()


@linux_only
def test_a_file_is_found_under_its_other_name(manifest, child):
    process = child("open", manifest)
    link = manifest.with_name("link.json")
    os.link(manifest, link)
    assert [holder.pid for holder in holders_of(link).holders] == [process.pid]


@linux_only
def test_processes_that_refuse_us_are_counted(manifest, child, monkeypatch):
    process = child("open", manifest)
    real = os.listdir

    def refusing(path="."):
        if str(path) == f"/proc/{process.pid}/fd":
            raise PermissionError(13, "refused", path)
        return real(path)

    before = holders_of(manifest.parent / "nothing").undetermined
    monkeypatch.setattr(os, "listdir", refusing)
    holding = holders_of(manifest)
    assert holding.holders == ()
    assert any("may not inspect" in sentence for sentence in holding.undetermined)
    assert set(holding.undetermined) - set(before)


def test_a_slow_place_neither_delays_nor_hides_the_others(manifest):
    never = threading.Event()

    def slow(target, evidence):
        never.wait()
        evidence.found(1, target.asked, "open file", "too late")

    def quick(target, evidence):
        evidence.found(os.getpid(), target.asked, "open file", "at once")

    holding = _ask(manifest, (slow, quick), 1.0)  # returns, though the slow one never does
    assert [holder.how for holder in holding.holders] == ["at once"]
    assert holding.undetermined == ("some open files of other processes: time ran out",)
    never.set()
    assert len(holding.holders) == 1


def test_other_processes_are_asked_when_this_one_has_answered(manifest):
    events = []
    too_early = threading.Event()

    def this_process(target, evidence):
        too_early.wait(0.1)
        events.append("this process answered")

    def others(target, evidence):
        too_early.set()
        events.append("others asked")

    _ask(manifest, (this_process, others), 10)
    assert events == ["this process answered", "others asked"]


def test_a_place_that_fails_does_not_hide_the_others(manifest):
    def broken(target, evidence):
        raise OSError(5, "whatever")

    def quick(target, evidence):
        evidence.found(os.getpid(), target.asked, "open file", "at once")

    holding = _ask(manifest, (broken, quick), 2)
    assert len(holding.holders) == len(holding.undetermined) == 1
