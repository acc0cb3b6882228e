"""The rules of Windows, switched on, and a folder with files to try them on."""

from __future__ import annotations

import contextlib
import os
import stat

import pytest

from winasr_doctor.faults import windows_sharing

on_linux_only = pytest.mark.skipif(os.name == "nt", reason="Wine does not tell, or needs POSIX")


@pytest.fixture
def rules():
    with windows_sharing() as emulator:
        yield emulator


@pytest.fixture
def folder(tmp_path):
    """Hold a file with some text, an empty folder, and a folder with a file."""
    (tmp_path / "file").write_text("text")
    (tmp_path / "other").write_text("other")
    (tmp_path / "empty").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "inside").write_text("inside")
    yield tmp_path
    for name in ("file", "other"):
        with contextlib.suppress(FileNotFoundError):
            os.chmod(tmp_path / name, stat.S_IWRITE)


def code_of(function, *arguments):
    """Return the WinError that a call fails with, 0 for none."""
    try:
        function(*arguments)
    except OSError as error:
        return error.winerror
    return 0


def reading(path):
    os.close(os.open(path, os.O_RDONLY))
