"""The quick question of every failed attempt to delete: is it us?"""

from __future__ import annotations

import mmap
import os
import threading

import pytest

from winasr_doctor.locks import holders
from winasr_doctor.locks.holders import held_by_ourselves
from winasr_doctor.locks.holders.evidence import UndeterminedError


def test_an_open_file_is_held_and_so_is_its_folder(manifest):
    with manifest.open(encoding="utf-8"):
        assert held_by_ourselves(manifest) is True
        assert held_by_ourselves(manifest.parent) is True
    assert held_by_ourselves(manifest) is False
    assert held_by_ourselves(manifest.parent) is False


def test_a_memory_map_holds(manifest):
    with manifest.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    assert held_by_ourselves(manifest) is True
    mapped.close()
    assert held_by_ourselves(manifest) is False


def test_the_current_directory_holds(manifest, monkeypatch):
    monkeypatch.chdir(manifest.parent)
    assert held_by_ourselves(manifest.parent) is True
    assert held_by_ourselves(manifest) is False


def test_a_child_is_not_us(manifest, child):
    child("open", manifest)
    assert held_by_ourselves(manifest) is False


def test_a_missing_path_is_not_held(tmp_path):
    assert held_by_ourselves(tmp_path / "missing") is False


@pytest.mark.parametrize("error", [UndeterminedError("why"), OSError(5, "whatever")])
def test_what_cannot_be_determined_is_neither_yes_nor_no(manifest, monkeypatch, error):
    def mute(target, *, maps):
        raise error
        yield

    monkeypatch.setattr(holders, "own_holds", mute)
    assert held_by_ourselves(manifest) is None


def test_a_pipe_that_somebody_reads_from_does_not_make_it_wait(manifest):
    out, into = os.pipe()
    reader = threading.Thread(target=os.read, args=(out, 1))
    reader.start()
    never = threading.Timer(60, os.write, (into, b"x"))  # or a wait for the pipe would be for ever
    never.start()
    try:
        with manifest.open(encoding="utf-8"):
            assert held_by_ourselves(manifest) is True
        assert reader.is_alive()
    finally:
        never.cancel()
        os.write(into, b"x")
        reader.join()
        os.close(out)
        os.close(into)
