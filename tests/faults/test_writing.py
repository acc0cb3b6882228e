"""Faults in what writes: a full disk, a quota, no access."""

from __future__ import annotations

import contextlib
import errno
import os
import pathlib
import shutil
import sqlite3
import tempfile

import pytest

from winasr_doctor.faults import FaultSweep, SweepFailure, inject

FULL, QUOTA, DENIED = 112, 1295, 5


def touch(path):
    pathlib.Path(path).write_text("new")


@pytest.mark.parametrize("mode", ["w", "a", "x", "r+", "wb", "w+b"])
def test_opening_to_write_fails_as_in_the_c_runtime(tmp_path, mode):
    path = tmp_path / "file"
    if mode == "r+":
        path.touch()
    with inject(f"write:{DENIED}") as faults, pytest.raises(PermissionError) as caught:
        open(path, mode).close()
    assert (caught.value.errno, caught.value.winerror) == (errno.EACCES, None)
    assert len(faults.injections) == 1


HAS_FULL_DEVICE = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="is made of /dev/full")


@HAS_FULL_DEVICE
@pytest.mark.parametrize(("mode", "left"), [("w", ""), ("a", "new")])
def test_a_full_disk_shows_when_something_is_written(tmp_path, mode, left):
    touch(tmp_path / "file")
    with inject(f"write:{FULL}@file"):
        file = open(tmp_path / "file", mode)  # noqa: SIM115
        file.write("text")
        with pytest.raises(OSError, match="space") as caught:
            file.close()
    assert file.closed
    assert caught.value.errno == errno.ENOSPC
    assert (tmp_path / "file").read_text() == left


@HAS_FULL_DEVICE
def test_a_sweep_shows_that_saving_in_place_loses_data_on_a_full_disk(tmp_path):
    path = tmp_path / "settings"

    def the_old_or_the_new(run):
        assert path.read_text() in {"old", "new"}

    with pytest.raises(SweepFailure, match="with write:112"):
        FaultSweep()(
            lambda _: path.write_text("new"),
            setup=lambda: path.write_text("old"),
            operations=["write"],
            codes=[FULL],
            invariants=[the_old_or_the_new],
        )


def test_reading_is_not_writing(tmp_path):
    touch(tmp_path / "file")
    with inject(f"write:{FULL}*inf; open:32*inf@other"):
        assert (tmp_path / "file").read_text() == "new"


def test_what_exists_already_is_found_out_first(tmp_path):
    touch(tmp_path / "file")
    with inject(f"write:{FULL}*inf"), pytest.raises(FileExistsError):
        open(tmp_path / "file", "x").close()


@pytest.mark.parametrize("code", [FULL, QUOTA, DENIED])
@pytest.mark.parametrize(
    ("operation", "act"),
    [
        ("mkdir", lambda folder: os.mkdir(folder / "new")),
        ("mkdir", lambda folder: (folder / "new").mkdir()),
        ("symlink", lambda folder: os.symlink("a", folder / "new")),
        ("symlink", lambda folder: (folder / "new").symlink_to("a")),
        ("link", lambda folder: os.link(folder / "file", folder / "new")),
        ("truncate", lambda folder: os.truncate(folder / "file", 0)),
    ],
)
def test_system_calls_fail_with_a_winerror(tmp_path, operation, act, code):
    touch(tmp_path / "file")
    with inject(f"{operation}:{code}"):
        with pytest.raises(OSError, match=f"WinError {code}") as caught:
            act(tmp_path)
        assert caught.value.winerror == code
        act(tmp_path)


@pytest.mark.parametrize("name", ["copyfile", "copy", "copy2"])
def test_copying_fails_at_the_target(tmp_path, name):
    touch(tmp_path / "file")
    with inject(f"copyfile:{FULL}@new"), pytest.raises(OSError, match="space") as caught:
        getattr(shutil, name)(tmp_path / "file", tmp_path / "new")
    assert os.fspath(caught.value.filename) == str(tmp_path / "new")
    assert (tmp_path / "new").read_bytes() == b""


def test_what_cannot_be_copied_at_all_is_found_out_first(tmp_path):
    with inject(f"copyfile:{FULL}"), pytest.raises(FileNotFoundError):
        shutil.copyfile(tmp_path / "missing", tmp_path / "new")


@pytest.mark.skipif(os.name == "nt", reason="the system does not say which file it is")
def test_fsync_knows_its_file(tmp_path):
    with open(tmp_path / "file", "w") as file, inject(f"fsync:{FULL}@file") as faults:
        with pytest.raises(OSError, match="space"):
            os.fsync(file.fileno())
        os.fsync(file)
    assert faults.injections[0].path == str(tmp_path / "file")


def test_tempfile_is_left_alone():
    with inject(f"write:{DENIED}*inf; mkdir:{DENIED}*inf"):
        tempfile.TemporaryDirectory().cleanup()
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("text")


def test_a_database_that_is_in_use_cannot_be_opened(tmp_path):
    with inject("connect:32@*.sqlite") as faults:
        sqlite3.connect(":memory:").close()
        with pytest.raises(
            sqlite3.OperationalError, match="unable to open database file"
        ) as caught:
            sqlite3.connect(tmp_path / "a.sqlite")
        sqlite3.connect(tmp_path / "a.sqlite").close()
    assert getattr(caught.value, "sqlite_errorname", "SQLITE_CANTOPEN") == "SQLITE_CANTOPEN"
    assert len(faults.injections) == 1
    assert sqlite3.connect is sqlite3.dbapi2.connect


@pytest.mark.parametrize("code", [FULL, QUOTA])
def test_a_database_on_a_full_disk_cannot_grow(tmp_path, code):
    path = tmp_path / "a.sqlite"
    with inject(f"connect:{code}"):
        full = sqlite3.connect(path)
    with contextlib.closing(full), pytest.raises(sqlite3.OperationalError, match="full"):
        full.execute("create table t(x)")
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("create table t(x)")
