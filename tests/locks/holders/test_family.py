"""Whose process it is, and what it works for."""

from __future__ import annotations

import multiprocessing
import os
import runpy
import sys
from types import ModuleType

import pytest

from winasr_doctor.locks.holders import Who, holders_of, processes
from winasr_doctor.locks.holders.family import ProcessFamily


def test_a_child_is_ours_and_a_stranger_and_our_parent_are_not(manifest, child, stranger):
    mine, other = child("open", manifest), stranger("open", manifest)
    family = ProcessFamily()
    assert family.has_child(mine.pid)
    assert not family.has_child(other.pid)
    assert not family.has_child(os.getppid())
    assert not family.has_child(os.getpid())


def test_a_process_that_is_not_there_has_no_name():
    assert ProcessFamily().name(2**22 + 17) is None


class KnownProcess:
    """What `multiprocessing` keeps of a process."""

    def __init__(self, pid, name):
        self.pid, self.name = pid, name


@pytest.fixture
def worker(manifest, child, monkeypatch):
    """A child that `multiprocessing` knows as Process-7."""
    process = child("open", manifest)
    known = KnownProcess(process.pid, "Process-7")
    module = ModuleType("multiprocessing.process")
    module._children = {known}
    monkeypatch.setitem(sys.modules, "multiprocessing.process", module)
    return known


def test_a_worker_of_multiprocessing_is_named(worker, manifest):
    (holder,) = holders_of(manifest).holders
    assert (holder.who, holder.via) == (Who.CHILD, "multiprocessing worker Process-7")


def test_a_real_worker_of_multiprocessing_is_named(manifest, tmp_path):
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    script = tmp_path / "worker.py"
    script.write_text("file = open(path)\npipe.send(0)\npipe.recv()\n", encoding="utf-8")
    arguments = (str(script), {"path": str(manifest), "pipe": theirs})
    process = context.Process(target=runpy.run_path, args=arguments, name="Reader")
    process.start()
    try:
        ours.recv()
        (holder,) = holders_of(manifest).holders
    finally:
        ours.send(0)
        process.join()
        process.close()
    assert holder.via == "multiprocessing worker Reader"


def test_a_worker_of_a_data_loader_is_named(worker, manifest, monkeypatch):
    class Iterator:
        def __init__(self):
            self._workers = [worker]

    module = ModuleType("torch.utils.data.dataloader")
    module._MultiProcessingDataLoaderIter = Iterator
    monkeypatch.setitem(sys.modules, "torch.utils.data.dataloader", module)
    iterator = Iterator()
    (holder,) = holders_of(manifest).holders
    assert holder.via == "DataLoader worker Process-7"
    assert iterator._workers == [worker]


def test_a_closed_worker_is_passed_over(monkeypatch):
    class Closed:
        @property
        def pid(self):
            raise ValueError("process object is closed")

    module = ModuleType("multiprocessing.process")
    module._children = {Closed()}
    monkeypatch.setitem(sys.modules, "multiprocessing.process", module)
    assert ProcessFamily().worker(os.getpid()) is None


def test_a_name_with_spaces_and_parentheses_is_read(tmp_path):
    folder = tmp_path / "12"
    folder.mkdir()
    (folder / "stat").write_text("12 (a) b (c)) S 7 12 12 0 -1", encoding="utf-8")
    (tmp_path / "13").mkdir()  # it has ended meanwhile
    (tmp_path / "uptime").write_text("1", encoding="utf-8")
    assert processes._from_proc(tmp_path) == {12: processes.Process(7, "a) b (c)")}
