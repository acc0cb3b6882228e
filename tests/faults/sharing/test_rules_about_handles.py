"""`windows_sharing("handles")`: only what is open counts."""

from __future__ import annotations

import errno
import functools
import inspect
import multiprocessing
import os
import tempfile

import pytest

from winasr_doctor.faults import windows_sharing

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows itself refuses there")


@pytest.fixture(autouse=True)
def rules():
    with windows_sharing("handles") as emulator:
        yield emulator


def test_open_files_are_in_the_way(tmp_path):
    with open(tmp_path / "file", "w"):
        for act in (
            lambda: os.unlink(tmp_path / "file"),
            lambda: os.rename(tmp_path / "file", tmp_path / "new"),
            lambda: os.replace(__file__, tmp_path / "file"),
        ):
            with pytest.raises(PermissionError):
                act()


def test_read_only_files_and_existing_names_are_not(tmp_path):
    (tmp_path / "file").touch(0o400)
    (tmp_path / "other").touch()
    os.rename(tmp_path / "other", tmp_path / "file")
    (tmp_path / "file").chmod(0o400)
    os.unlink(tmp_path / "file")


def test_other_errors_keep_the_form_that_linux_gives_them(tmp_path):
    with pytest.raises(IsADirectoryError) as caught:
        os.unlink(tmp_path)
    assert caught.value.errno == errno.EISDIR
    assert not hasattr(caught.value, "winerror")


def test_functions_without_such_a_rule_are_left_alone():
    assert all(map(inspect.isbuiltin, (os.mkdir, os.listdir, os.scandir, os.chmod)))


def test_there_are_no_other_rules():
    with pytest.raises(ValueError, match="nothing"), windows_sharing("nothing"):
        pass


@pytest.mark.parametrize("make", [lambda: multiprocessing.Value("i"), multiprocessing.RawArray])
def test_shared_memory_of_multiprocessing_is_not_a_file_on_windows(rules, make):
    """Its POSIX code deletes an open file (Lib/multiprocessing/heap.py, `Arena`)."""
    if make is multiprocessing.RawArray:
        make = functools.partial(make, "i", 1 << 24)  # more than an earlier test has left
    assert make()
    assert not rules.refusals


def test_a_temporary_file_without_a_name_is_made_in_another_way_on_windows(
    tmp_path, rules, monkeypatch
):
    monkeypatch.setattr(tempfile, "_O_TMPFILE_WORKS", False)
    with tempfile.TemporaryFile(dir=tmp_path) as file:
        assert file.write(b"text")
    assert not rules.refusals
