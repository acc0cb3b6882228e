from __future__ import annotations

import contextlib
import errno
import os
import pickle
import sys
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winasr_doctor import faults
from winasr_doctor.faults import windows_sharing
from winasr_doctor.faults.errors import errno_of, runtime_error, windows_error
from winasr_doctor.windows.errors import CODES, classify

names = st.none() | st.text(min_size=1) | st.binary(min_size=1)


@pytest.mark.parametrize(
    ("code", "builtin", "number"),
    [
        (2, FileNotFoundError, errno.ENOENT),
        (3, FileNotFoundError, errno.ENOENT),
        (5, PermissionError, errno.EACCES),
        (8, OSError, errno.ENOMEM),
        (16, PermissionError, errno.EACCES),
        (17, OSError, errno.EXDEV),
        (32, PermissionError, errno.EACCES),
        (80, FileExistsError, errno.EEXIST),
        (112, OSError, errno.ENOSPC),
        (145, OSError, errno.ENOTEMPTY),
        (183, FileExistsError, errno.EEXIST),
        (193, OSError, errno.ENOEXEC),
        (206, FileNotFoundError, errno.ENOENT),
        (267, NotADirectoryError, errno.ENOTDIR),
        (303, OSError, errno.EINVAL),
        (1224, OSError, errno.EINVAL),
    ],
)
def test_the_class_and_errno_are_those_that_python_chooses_on_windows(code, builtin, number):
    error = windows_error(code, "a")
    assert type(error).__name__ == builtin.__name__
    assert isinstance(error, builtin)
    assert (error.errno, error.winerror, error.filename) == (number, code, "a")


def test_the_text_is_that_of_windows():
    error = windows_error(32, "C:\\Temp\\a b.json")
    text = "The process cannot access the file because it is being used by another process"
    assert error.strerror == text
    assert str(error) == f"[WinError 32] {text}: 'C:\\\\Temp\\\\a b.json'"


def test_the_text_of_a_rename_names_both_files():
    assert str(windows_error(183, "a", "b")).endswith("already exists: 'a' -> 'b'")


def test_the_text_without_a_file_ends_with_the_reason():
    assert str(windows_error(5)) == "[WinError 5] Access is denied"


def test_a_traceback_shows_the_builtin_name():
    (line,) = traceback.format_exception_only(type(windows_error(32)), windows_error(32))
    assert line.startswith("PermissionError: [WinError 32] The process")


def test_an_unknown_code_has_no_error():
    with pytest.raises(KeyError):
        windows_error(99999)


def test_the_doctor_classifies_it_by_its_code():
    assert classify(windows_error(32, "a")).code == 32


@given(st.sampled_from(sorted(CODES)), names, names, st.integers(0, pickle.HIGHEST_PROTOCOL))
def test_pickling_keeps_everything(code, path, path2, protocol):
    error = windows_error(code, path, path2)
    copy = pickle.loads(pickle.dumps(error, protocol))  # noqa: S301
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    for name in ("winerror", "errno", "strerror", "filename", "filename2"):
        assert getattr(copy, name) == getattr(error, name)


def test_pickling_keeps_notes():
    error = windows_error(32, "a")
    error.__notes__ = ["held by me"]
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert copy.__notes__ == ["held by me"]


def test_open_reports_errno_and_no_winerror():
    error = runtime_error(32, "model.nemo")
    assert type(error) is PermissionError
    assert error.winerror is None
    assert str(error) == "[Errno 13] Permission denied: 'model.nemo'"


@given(st.sampled_from(sorted(CODES)))
def test_open_gives_the_same_class_as_a_system_call(code):
    assert isinstance(windows_error(code), type(runtime_error(code)))
    assert runtime_error(code).errno == errno_of(code)


def test_the_table_may_be_loaded_by_an_importer_that_opens_files(tmp_path, monkeypatch):
    """pytest looks for the compiled modules of plugins by opening them."""

    class Importer:
        @staticmethod
        def find_spec(name, path=None, target=None):
            with contextlib.suppress(FileNotFoundError):
                open(tmp_path / name)  # noqa: SIM115

    monkeypatch.setattr(faults, "errors", faults.errors)
    monkeypatch.delitem(sys.modules, "winasr_doctor.faults.errors")
    monkeypatch.setattr(sys, "meta_path", [Importer, *sys.meta_path])
    with windows_sharing(), pytest.raises(FileNotFoundError) as caught:
        os.unlink(tmp_path / "missing")
    assert os.name == "nt" or caught.value.winerror == 2
