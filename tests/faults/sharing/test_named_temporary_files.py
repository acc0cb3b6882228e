"""Windows' rules for `NamedTemporaryFile`: emulated on Linux, and the real ones on Windows."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sys
import tempfile

import pytest

from .conftest import code_of, on_linux_only, reading

pytestmark = pytest.mark.usefixtures("rules")


def errno_of(function, *arguments):
    """Return the errno that a call fails with, 0 for none; C's runtime reports no WinError."""
    try:
        function(*arguments)
    except OSError as error:
        return error.errno if error.winerror is None else -1
    return 0


def close(file):
    """Close a temporary file that may be gone; on Linux, Python then deletes it once more."""
    with contextlib.suppress(FileNotFoundError):
        file.close()


def opening(path, mode="r"):
    open(path, mode).close()


@pytest.mark.parametrize("open_again", [opening, reading, lambda path: opening(path, "w")])
def test_a_named_temporary_file_cannot_be_opened_again(folder, open_again):
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        assert errno_of(open_again, file.name) == errno.EACCES
    (folder / "file").read_text()


@on_linux_only
@pytest.mark.parametrize("name", ["unlink", "rename", "replace"])
def test_an_open_named_temporary_file_shares_deletion(folder, name):
    file = tempfile.NamedTemporaryFile(dir=folder)  # noqa: SIM115
    arguments = [file.name] if name == "unlink" else [file.name, folder / "new"]
    assert code_of(getattr(os, name), *arguments) == 0
    close(file)


@on_linux_only
def test_a_renamed_named_temporary_file_is_still_one(folder):
    file = tempfile.NamedTemporaryFile(dir=folder)  # noqa: SIM115
    os.rename(file.name, folder / "new")
    assert errno_of(opening, folder / "new") == errno.EACCES
    assert code_of(os.unlink, folder / "new") == 0
    close(file)


@on_linux_only
def test_a_folder_with_an_open_named_temporary_file_can_be_removed(folder):
    file = tempfile.NamedTemporaryFile(dir=folder / "full")  # noqa: SIM115
    shutil.rmtree(folder / "full")
    close(file)


KEPT = [{"delete": False}]
if sys.version_info >= (3, 12):
    KEPT.append({"delete_on_close": False})


@pytest.mark.parametrize("options", KEPT)
def test_a_named_temporary_file_that_stays_after_closing_is_like_any_other(folder, options):
    with tempfile.NamedTemporaryFile(dir=folder, **options) as file:
        assert errno_of(opening, file.name) == 0
        assert code_of(os.unlink, file.name) == 32
        file.close()
        assert errno_of(opening, file.name) == 0


def test_the_name_of_a_closed_named_temporary_file_is_free(folder):
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        pass
    with open(file.name, "w"):
        assert errno_of(opening, file.name) == 0
        assert code_of(os.unlink, file.name) == 32
