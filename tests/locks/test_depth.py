"""Trees that are deeper than Python recurses and than a path may be long."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from winasr_doctor.locks import ONCE, CleanupStatus, rmtree, sweep
from winasr_doctor.locks.ledger import Ledger

from .locking import Lock

NAME = "name"
LEVELS = 1_200
"""Beyond Python's recursion limit, and with these names beyond Linux' PATH_MAX of 4,096."""

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="paths of this length need a setting"),
]


@pytest.fixture
def deep(fast_folder: Path) -> Path:
    """Return a folder with so many levels, and a file in the last one."""
    return make_deep(fast_folder / "deep", LEVELS)


def make_deep(root: Path, levels: int) -> Path:
    root.mkdir()
    here = os.open(root, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir(NAME, dir_fd=here)
        below = os.open(NAME, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("last", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
    return root


def test_a_deep_tree_is_removed(fast_folder: Path):
    deep = make_deep(fast_folder / "deep", 2_100)
    assert rmtree(deep).status is CleanupStatus.REMOVED
    assert not deep.exists()


@pytest.mark.parametrize("claimed", [False, True])
def test_what_is_left_at_the_bottom_is_recorded_and_swept(
    ledger: Ledger, deep: Path, lock: Lock, claimed: bool
):
    release = lock("last")
    report = rmtree(deep, ONCE, claim=ledger.claim(str(deep)) if claimed else None)
    assert report.status is CleanupStatus.LEFT_BEHIND
    assert [failure.code for failure in report.leftovers] == [32]
    assert report.unrecorded == 0
    (kept,) = sweep().kept
    assert "WinError 32" in kept.why
    release()
    assert sweep().removed == (str(deep),)
    assert ledger.entries() == []


def test_by_paths_a_tree_goes_that_shutil_is_too_recursive_for(
    fast_folder: Path, by_paths: Callable[[], None]
):
    deep = make_deep(fast_folder / "deep", 700)  # within PATH_MAX
    by_paths()
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(500)
    try:
        status = rmtree(deep).status
    finally:
        sys.setrecursionlimit(limit)
    assert status is CleanupStatus.REMOVED


def test_by_paths_what_is_too_deep_is_left_with_a_reason(
    ledger: Ledger, deep: Path, by_paths: Callable[[], None]
):
    by_paths()
    report = rmtree(deep, ONCE, defer=False)
    assert report.status is CleanupStatus.LEFT_BEHIND
    assert report.error is not None
    assert deep.exists()


def test_few_descriptors_are_open_at_a_time(deep: Path, monkeypatch: pytest.MonkeyPatch):
    most = [0]
    scandir = os.scandir

    def counting(place: object) -> object:
        if isinstance(place, int):
            most[0] = max(most[0], place)
        return scandir(place)

    monkeypatch.setattr("os.scandir", counting)
    rmtree(deep)
    assert 0 < most[0] < 200


def test_a_folder_that_is_moved_out_while_it_is_emptied_ends_the_pass(
    deep: Path, monkeypatch: pytest.MonkeyPatch
):
    """Its parent is another folder then: nothing beside it is touched."""
    other = deep.with_name("other")
    (other / NAME).mkdir(parents=True)
    (other / "precious").write_text("keep")
    unlink = os.unlink

    def moving(path: str, **options: int | None) -> None:
        unlink(path, **options)
        shutil.move(deep / NAME / NAME, other / "moved")

    monkeypatch.setattr("os.unlink", moving)
    report = rmtree(deep, ONCE, defer=False)
    monkeypatch.undo()
    assert report.status is CleanupStatus.LEFT_BEHIND
    assert (other / NAME).exists()
    assert (other / "precious").read_text() == "keep"
