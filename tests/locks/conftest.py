"""Trees, and locks in them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from .locking import Lock, refuse_deletions


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
