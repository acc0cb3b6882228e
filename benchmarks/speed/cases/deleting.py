"""What `rmtree` costs beside `shutil.rmtree`: by the number of files, and of locked ones."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from speed.case import Call, Case, Promise
from winasr_doctor.faults.removal import by_path

FILES_PER_FOLDER = 100
LOCKED = "locked"


def make_tree(folder: Path, files: int, locked: int = 0) -> str:
    """Write empty files, a hundred in a folder; the names of the first ones say `locked`."""
    root = folder / "tree"
    for number in range(files):
        if number % FILES_PER_FOLDER == 0:
            place = root / f"folder{number // FILES_PER_FOLDER}"
            place.mkdir(parents=True)
        # Spread over the folders, as many as there are.
        name = (
            LOCKED if number // FILES_PER_FOLDER + number % FILES_PER_FOLDER * 10 < locked else ""
        )
        (place / f"{name}file{number}").touch()
    return str(root)


def theirs(root: str) -> None:
    """Remove the tree."""
    shutil.rmtree(root)
    _must_be_gone(root)


def ours(root: str) -> None:
    """Remove the tree."""
    from winasr_doctor import rmtree

    rmtree(root)
    _must_be_gone(root)


def _must_be_gone(root: str) -> None:
    assert not os.path.lexists(root), "there is nothing to compare"  # noqa: S101


@contextmanager
def locks_that_pass() -> Iterator[None]:
    """Refuse the first deletion of each locked file as Windows does; no time passes."""
    refused: set[str] = set()
    unlink = os.unlink

    def windows_unlink(path: str, **options: int | None) -> None:
        if LOCKED in path and path not in refused:
            refused.add(path)
            error = PermissionError(13, "in use", path)
            error.winerror = 32
            raise error
        unlink(path, **options)

    os.unlink = windows_unlink
    try:
        with by_path():
            yield
    finally:
        os.unlink = unlink


def theirs_locked(root: str) -> None:
    """Remove what can be removed, and then again, until everything is gone."""
    with locks_that_pass():
        while os.path.lexists(root):
            shutil.rmtree(root, ignore_errors=True)


def ours_locked(root: str) -> None:
    """Remove the tree in virtual time: how long is waited is not what is measured."""
    from winasr_doctor import rmtree
    from winasr_doctor._util import clock
    from winasr_doctor.faults import VirtualClock

    with locks_that_pass(), clock.using(VirtualClock()):
        rmtree(root)
    _must_be_gone(root)


def _by_files(files: int, pairs: int, *promises: Promise) -> Case:
    return Case(
        name=f"rmtree-{files}",
        group="rmtree: files",
        title=f"remove {files:,} files",
        theirs=Call("shutil.rmtree", theirs),
        ours=Call("rmtree", ours),
        prepare=lambda folder: make_tree(folder, files),
        size=files,
        pairs=pairs,
        processes=3 if pairs > 1 else 2,
        promises=promises,
    )


def _by_locks(locked: int) -> Case:
    return Case(
        name=f"rmtree-locked-{locked}",
        group="rmtree: files that are locked at first",
        title=f"remove 1,000 files, {locked} of them locked once",
        theirs=Call("shutil.rmtree again and again, not waiting", theirs_locked),
        ours=Call("rmtree in virtual time", ours_locked),
        prepare=lambda folder: make_tree(folder, 1_000, locked),
        pairs=10,
    )


CASES = (
    _by_files(100, 30),
    _by_files(1_000, 10),
    _by_files(10_000, 8, Promise("ratio", 1.0), Promise("ratio", 1.05, "wall")),
    _by_files(100_000, 1),
    *map(_by_locks, (0, 1, 10, 100)),
)
