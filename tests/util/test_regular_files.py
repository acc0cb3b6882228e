"""Reading files that may be no files."""

from __future__ import annotations

import os
import socket

import pytest

from winasr_doctor._util.regular_files import (
    NotRegularError,
    TooLargeError,
    read_regular,
    read_start,
)

posix = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")


def test_a_file_is_read_up_to_its_limit(tmp_path):
    file = tmp_path / "a"
    file.write_bytes(b"12345")
    assert read_regular(file, 5) == b"12345"
    assert read_start(file, 3) == b"123"
    with pytest.raises(TooLargeError) as refused:
        read_regular(file, 4)
    assert refused.value.strerror == "it is larger than 4 bytes"


@pytest.mark.parametrize(
    ("limit", "shown"), [(5_000_000, "5 MB"), (2 * 1024**2, "2 MiB"), (3 * 1024, "3 KiB")]
)
def test_a_limit_is_shown_in_its_own_unit(tmp_path, limit, shown):
    file = tmp_path / "a"
    with file.open("wb") as stream:
        stream.truncate(limit + 1)
    with pytest.raises(TooLargeError, match=f"larger than {shown}$"):
        read_regular(file, limit)


@posix
def test_a_pipe_without_a_writer_is_not_waited_for(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(NotRegularError, match="it is a pipe"):
        read_regular(pipe, 10)


@posix
def test_a_pipe_that_took_the_files_place_is_not_waited_for(tmp_path, monkeypatch):
    regular, pipe = tmp_path / "file", tmp_path / "pipe"
    regular.write_bytes(b"")
    os.mkfifo(pipe)
    before = regular.stat()
    with monkeypatch.context() as patch:
        patch.setattr(os, "stat", lambda _path: before)
        with pytest.raises(NotRegularError, match="it is a pipe"):
            read_regular(pipe, 10)


@posix
def test_a_device_without_an_end_is_not_read():
    with pytest.raises(NotRegularError, match="it is a device"):
        read_regular("/dev/zero", 10)


@posix
def test_a_socket_is_not_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the path of a socket may have some 100 characters
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        with pytest.raises(NotRegularError, match="it is a socket"):
            read_regular("socket", 10)


def test_a_folder_is_not_read(tmp_path):
    with pytest.raises(NotRegularError, match="it is a folder"):
        read_regular(tmp_path, 10)


def test_a_path_with_a_null_character_is_refused():
    with pytest.raises(NotRegularError, match="null"):
        read_regular("a\0b", 10)


def test_a_missing_file_stays_missing(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_regular(tmp_path / "missing", 10)
