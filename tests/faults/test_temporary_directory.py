"""CPython's own TemporaryDirectory, whose answers to a lock depend on its version."""

from __future__ import annotations

import os
import sys
import tempfile

import pytest

from winasr_doctor.faults import inject
from winasr_doctor.windows.errors import classify, masks_sharing_violations

MASKS = masks_sharing_violations(sys.version_info[:3])


@pytest.fixture
def temporary():
    """Hold a temporary folder with a file, and one in a folder of it."""
    folder = tempfile.TemporaryDirectory()
    os.mkdir(os.path.join(folder.name, "sub"))
    for name in ("manifest.json", os.path.join("sub", "model.ckpt")):
        with open(os.path.join(folder.name, name), "w"):
            pass
    yield folder
    folder.cleanup()


def chain(error):
    """Return the codes of an exception and of those it hides; 0 for one without."""
    codes = []
    while error is not None:
        codes.append(getattr(error, "winerror", None) or 0)
        error = error.__context__
    return codes


@pytest.mark.parametrize("name", ["manifest.json", "model.ckpt"])
def test_a_file_that_stays_locked(temporary, name):
    with inject(f"unlink:32*inf@{name}"), pytest.raises(OSError, match=name) as caught:
        temporary.cleanup()
    if MASKS:
        assert type(caught.value).__name__ == "NotADirectoryError"
        assert chain(caught.value) == [267, 32, 32]
    else:
        assert type(caught.value).__name__ == "PermissionError"
        assert chain(caught.value) == [32, 32]
    assert classify(caught.value).code == 32


def test_a_file_that_is_locked_once_is_retried_silently(temporary):
    with inject("unlink:32") as faults:
        temporary.cleanup()
    assert len(faults.injections) == 1
    assert not os.path.exists(temporary.name)


def test_a_folder_that_stays_locked(temporary):
    expected = RecursionError if MASKS else PermissionError
    plan = f"rmdir:32*inf@{temporary.name}"
    with inject(plan) as faults, pytest.raises(expected) as caught:
        temporary.cleanup()
    assert classify(caught.value).code == 32
    assert (len(faults.injections) > 100) is MASKS


def test_an_error_of_the_block_is_hidden_in_the_context(temporary):
    locked = inject("unlink:32*inf@manifest.json")
    with locked, pytest.raises(OSError, match=r"manifest\.json") as caught, temporary:
        raise MemoryError("the real error")
    assert isinstance(last(caught.value), MemoryError)


def last(error):
    return error if error.__context__ is None else last(error.__context__)


def test_ignoring_cleanup_errors_leaves_the_folder():
    folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    with open(os.path.join(folder.name, "a"), "w"):
        pass
    with inject("unlink:32*inf"):
        folder.cleanup()
    assert os.listdir(folder.name) == ["a"]
    folder.cleanup()


def test_rmtree_takes_the_path_of_windows_through_every_operation(temporary):
    plan = "; ".join(f"{name}:1455#99" for name in ("scandir", "unlink", "rmdir"))
    with inject(plan) as faults:
        temporary.cleanup()
    calls = {counter.fault.operation: counter.calls for counter in faults._counters}
    assert calls == {"scandir": 2, "unlink": 2, "rmdir": 2}


def test_paths_are_whole_as_on_windows(temporary):
    with inject("unlink:32*inf") as faults, pytest.raises(OSError, match="WinError"):
        temporary.cleanup()
    assert all(os.path.isabs(injection.path) for injection in faults.injections)
