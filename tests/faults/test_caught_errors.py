"""An error that the code under test catches keeps nothing alive: no frame, and so no open file."""

from __future__ import annotations

import gc
import os
import pathlib
import shutil
import sqlite3
import sys
import tempfile
import weakref

import pytest

from winasr_doctor.faults import OPERATIONS, FaultSweep, inject, windows_sharing

on_linux_only = pytest.mark.skipif(os.name == "nt", reason="nothing is emulated there")


class Canary:
    """Something that a calling frame holds."""


def lives_on(act):
    """Return whether the frame that caught an error is still alive after it has returned."""

    def call():
        canary = Canary()
        try:
            act()
        except (OSError, sqlite3.Error):
            pass
        else:
            pytest.fail("it did not fail")
        return weakref.ref(canary)

    gc.collect()
    gc.disable()
    try:
        return call()() is not None
    finally:
        gc.enable()


CALLS = {
    "rmtree": shutil.rmtree,
    "rename": lambda path: os.rename(path, f"{path}2"),
    "replace": lambda path: os.replace(path, f"{path}2"),
    "chmod": lambda path: os.chmod(path, 0o600),
    "open": open,
    "write": lambda path: open(path, "w").close(),
    "symlink": lambda path: os.symlink(path, f"{path}2"),
    "link": lambda path: os.link(path, f"{path}2"),
    "copyfile": lambda path: shutil.copyfile(path, f"{path}2"),
    "connect": lambda path: sqlite3.connect(path).close(),
    "fsync": lambda path: os.fsync(12_345),
    "truncate": lambda path: os.truncate(path, 0),
}
CALLS |= {
    name: lambda path, name=name: getattr(os, name)(path)
    for name in OPERATIONS
    if name not in CALLS
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_injected_error_keeps_no_frame(tmp_path, operation):
    path = str(tmp_path / "file")
    with inject(f"{operation}:5*inf"):
        assert not lives_on(lambda: CALLS[operation](path))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_translated_error_keeps_no_frame(tmp_path, operation):
    missing = str(tmp_path / "no" / "file")
    act = CALLS[operation]
    if operation == "mkdir":
        missing = str(tmp_path)
    if operation == "symlink":
        if os.name == "nt":
            pytest.skip("links need a privilege on Windows")
        (tmp_path / "file2").touch()
        missing = str(tmp_path / "file")
    with inject(f"{operation}:5*inf@nothing-of-this-name"):
        assert not lives_on(lambda: act(missing))


@on_linux_only
@pytest.mark.parametrize(
    "act",
    [
        lambda path: os.unlink(f"{path}"),
        lambda path: os.rmdir(os.path.dirname(path)),
        lambda path: os.rename(path, f"{path}2"),
        lambda path: os.replace(path, f"{path}2"),
        lambda path: os.rename(f"{path}3", path),
        lambda path: open(f"{path}4", "w").close(),
        # Not a file: on that, rmtree of Python 3.13 itself keeps its frames.
        lambda path: shutil.rmtree(os.path.dirname(path)),
    ],
)
def test_a_refusal_keeps_no_frame(tmp_path, act):
    (tmp_path / "file").touch()
    (tmp_path / "file3").touch()
    (tmp_path / "file4").touch(0o400)
    with open(tmp_path / "file"), windows_sharing():
        assert not lives_on(lambda: act(str(tmp_path / "file")))


@pytest.mark.parametrize("ignored", [False, True])
def test_an_error_that_rmtree_hands_to_a_handler_keeps_no_frame(tmp_path, ignored):
    def act():
        if ignored:
            shutil.rmtree(tmp_path, ignore_errors=True)
        elif sys.version_info >= (3, 12):
            shutil.rmtree(tmp_path, onexc=lambda *_: None)
        else:
            shutil.rmtree(tmp_path, onerror=lambda *_: None)
        raise OSError

    with inject("rmtree:32*inf"):
        assert not lives_on(act)


@on_linux_only
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
def test_files_close_with_the_function_that_caught_an_error(tmp_path):
    """What the standard library catches on its own counts, too."""

    def work(act):
        file = open(tmp_path / "a.txt", "w")  # noqa: SIM115 - closed when the function returns
        act()
        return file.fileno()

    acts = (
        lambda: os.makedirs(tmp_path, exist_ok=True),
        lambda: (tmp_path / "missing").unlink(missing_ok=True),
        lambda: pathlib.Path(tmp_path).mkdir(parents=True, exist_ok=True),
        lambda: shutil.rmtree(tmp_path / "missing", ignore_errors=True),
        lambda: tempfile.TemporaryDirectory(dir=tmp_path).cleanup(),
        lambda: tempfile.mkdtemp(dir=tmp_path),
    )
    gc.collect()
    gc.disable()
    try:
        with windows_sharing():
            for act in acts:
                work(act)
                os.unlink(tmp_path / "a.txt")
    finally:
        gc.enable()


def test_a_sweep_keeps_nothing_of_the_run_before(tmp_path):
    canaries = []

    def action(path):
        assert [ref for ref in canaries if ref() is not None] == [], "an earlier run is alive"
        canary = Canary()
        canaries.append(weakref.ref(canary))
        os.unlink(path)

    def setup():
        (tmp_path / "file").touch()
        return tmp_path / "file"

    gc.collect()
    gc.disable()
    try:
        FaultSweep()(action, setup=setup, operations=["unlink"])
    finally:
        gc.enable()
    assert len(canaries) > 2
