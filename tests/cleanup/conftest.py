"""A ledger of its own for every test, and one for the code that asks for the account's."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from winasr_doctor.cleanup.ledger import Ledger, default_ledger

from .locking import Lock, refuse_deletions


@pytest.fixture(autouse=True)
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """Return the ledger that everything in the test uses."""
    monkeypatch.setenv("WINASR_DOCTOR_STATE", str(tmp_path / "state"))
    return default_ledger()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a folder with two files, one of them in a folder of its own."""
    root = tmp_path / "tree"
    (root / "inner").mkdir(parents=True)
    (root / "a.txt").write_text("a")
    (root / "inner" / "b.txt").write_text("b")
    return root


@pytest.fixture
def lock(monkeypatch: pytest.MonkeyPatch) -> Lock:
    """Return what lets `os.unlink` fail with WinError 32 for files of a name."""
    return lambda name: refuse_deletions(monkeypatch, name)


@pytest.fixture
def by_paths(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return what lets trees be walked by paths, as on Windows."""

    def switch() -> None:
        monkeypatch.setattr("shutil._use_fd_functions", False)
        if hasattr(shutil, "_rmtree_impl"):  # Python 3.14 and later
            monkeypatch.setattr("shutil._rmtree_impl", shutil._rmtree_unsafe)

    return switch


@pytest.fixture(params=["descriptors", "paths"])
def way(request: pytest.FixtureRequest, by_paths: Callable[[], None]) -> str:
    """Walk trees in each of the two ways; Windows has only paths."""
    if request.param == "paths":
        by_paths()
    elif not shutil.rmtree.avoids_symlink_attacks:
        pytest.skip("no descriptors of folders here")
    return request.param


@pytest.fixture
def fast_folder(tmp_path: Path) -> Iterator[Path]:
    """Return an empty folder, in memory where there is one."""
    memory = "/dev/shm"  # noqa: S108 - a folder of our own is made in it
    if os.name != "posix" or not os.access(memory, os.W_OK):
        yield tmp_path
        return
    folder = tempfile.mkdtemp(dir=memory)
    yield Path(folder)
    subprocess.run(["rm", "-rf", folder], check=True)  # up to Python 3.12 shutil recurses


@pytest.fixture(autouse=True)
def creation_times(no_creation_times_under_wine: None) -> None:
    """Let a folder stay the same while its contents change."""
