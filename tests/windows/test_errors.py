"""The table of Windows error codes and the classification of exceptions by it."""

import errno
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winasr_doctor.windows.errors import (
    CODES,
    DeleteClass,
    as_win32,
    classify,
    masks_sharing_violations,
)

REQUIRED = (
    *(2, 3, 5, 8, 16, 17, 32, 33, 53, 59, 64, 87, 112, 123, 126, 145, 161, 170, 183, 193, 206),
    *(267, 303, *range(389, 399), 404, 426, 1224, 1314, 1392, 1450, 1455),
)

PYTHON_BEFORE_FIX = (3, 10, 13)
PYTHON_AFTER_FIX = (3, 12, 1)


def windows_error(code, kind=PermissionError, number=errno.EACCES):
    exc = kind(number, "Der Prozess kann nicht auf die Datei zugreifen", "C:\\T\\manifest.json")
    exc.winerror = code
    return exc


def behind(outer, inner):
    outer.__context__ = inner
    return outer


@pytest.mark.parametrize("code", REQUIRED)
def test_every_required_code_is_in_the_table(code):
    entry = CODES[code]
    assert re.fullmatch(r"ERROR_[A-Z0-9_]+", entry.name)
    assert entry.meaning.endswith(".")
    assert entry.advice.endswith(".")
    assert entry.source


def test_names_are_unique():
    assert len({entry.name for entry in CODES.values()}) == len(CODES)


@pytest.mark.parametrize("code", [5, 32, 33, 145, 170, 303, 391, 397, 398, 426])
def test_codes_worth_a_retry_are_transient(code):
    assert classify(windows_error(code)).delete is DeleteClass.TRANSIENT


@pytest.mark.parametrize("code", [16, 17, 53, 87, 112, 206, 395, 1224, 1314, 1392, 1450, 1455])
def test_codes_no_retry_can_help_are_permanent(code):
    assert classify(windows_error(code)).delete is DeleteClass.PERMANENT


@pytest.mark.parametrize("code", [2, 3])
def test_a_missing_path_is_already_gone(code):
    assert classify(windows_error(code)).delete is DeleteClass.ALREADY_GONE


def test_access_denied_gets_only_a_short_grace():
    assert classify(windows_error(5)).grace == pytest.approx(0.5)
    assert classify(windows_error(32)).grace is None


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.EBUSY, DeleteClass.TRANSIENT),
        (errno.ENOTEMPTY, DeleteClass.TRANSIENT),
        (errno.EACCES, DeleteClass.TRANSIENT),
        (errno.ENOENT, DeleteClass.ALREADY_GONE),
        (errno.EPERM, DeleteClass.PERMANENT),
        (errno.ENOSPC, DeleteClass.PERMANENT),
    ],
)
def test_without_winerror_the_errno_decides(number, expected):
    assert classify(OSError(number, "text")).delete is expected


def test_winerror_none_of_a_builtin_open_is_survived():
    exc = windows_error(None)
    assert classify(exc).code is None
    assert classify(exc).delete is DeleteClass.TRANSIENT


def test_the_message_is_never_read():
    exc = OSError("[WinError 32] used by another process")
    assert classify(exc).delete is DeleteClass.PERMANENT
    assert classify(ValueError("[WinError 2]")).code is None


def test_267_with_a_sharing_violation_behind_it_is_a_masked_32():
    exc = behind(windows_error(267, NotADirectoryError, errno.ENOTDIR), windows_error(32))
    found = classify(exc, python=PYTHON_AFTER_FIX)
    assert (found.code, found.masked, found.delete) == (32, True, DeleteClass.TRANSIENT)
    assert found.entry.name == "ERROR_SHARING_VIOLATION"


def test_not_a_directory_without_winerror_is_masked_too():
    exc = behind(NotADirectoryError(errno.ENOTDIR, "x"), windows_error(None))
    assert classify(exc, python=PYTHON_AFTER_FIX).masked


def test_267_on_a_file_is_masked_on_an_affected_python():
    exc = windows_error(267, NotADirectoryError, errno.ENOTDIR)
    assert classify(exc, is_file=True, python=PYTHON_BEFORE_FIX).masked
    assert not classify(exc, is_file=True, python=PYTHON_AFTER_FIX).masked


def test_267_is_not_masked_without_evidence():
    exc = windows_error(267, NotADirectoryError, errno.ENOTDIR)
    found = classify(exc, python=PYTHON_BEFORE_FIX)
    assert (found.code, found.masked, found.delete) == (267, False, DeleteClass.PERMANENT)


def test_267_on_something_that_is_no_file_is_not_masked():
    exc = behind(windows_error(267, NotADirectoryError, errno.ENOTDIR), windows_error(32))
    assert not classify(exc, is_file=False, python=PYTHON_BEFORE_FIX).masked


def test_endless_recursion_over_a_locked_folder_is_a_masked_32():
    assert classify(behind(RecursionError(), windows_error(32))).code == 32
    assert classify(RecursionError()).delete is DeleteClass.PERMANENT


def test_a_cycle_of_contexts_ends():
    one, two = NotADirectoryError(), ValueError()
    one.__context__, two.__context__ = two, one
    assert not classify(one).masked


@pytest.mark.parametrize(
    ("version", "masks"),
    [((3, 10, 13), True), ((3, 11, 7), True), ((3, 11, 8), False), ((3, 12, 0), True),
     ((3, 12, 1), False), ((3, 13, 0), False)],
)  # fmt: skip
def test_pythons_that_mask_sharing_violations(version, masks):
    assert masks_sharing_violations(version) is masks


@given(st.integers(), st.booleans() | st.none())
def test_any_number_is_classified(code, is_file):
    assert classify(windows_error(code), is_file=is_file).delete in DeleteClass


@pytest.mark.parametrize("value", [0x80070020, -2147024864])
def test_an_hresult_is_the_code_it_wraps(value):
    assert as_win32(value) == 32
