"""`rmtree` against files that cannot be deleted, by a clock that only ticks while it waits."""

from __future__ import annotations

import contextlib
import functools
import os
import stat
import sys
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from winasr_doctor._util import clock
from winasr_doctor.faults.clock import VirtualClock
from winasr_doctor.faults.removal import go_by_path
from winasr_doctor.locks import Attempt, CleanupStatus, RetryPolicy, rmtree
from winasr_doctor.locks.holder_lookup import ours

FOREVER = 10**9
Refuses = Callable[[str], bool]
Lock = Callable[[Refuses, int], None]


@pytest.fixture(autouse=True)
def ticking() -> Iterator[VirtualClock]:
    """Return the clock that everything in the test waits by."""
    with clock.using(VirtualClock()) as virtual:
        yield virtual


@pytest.fixture
def lock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lock]:
    """Return what lets `os.unlink` fail with a Windows code for the paths that a function names."""
    unlink = os.unlink

    def install(refuses: Refuses, code: int) -> None:
        @functools.wraps(unlink)
        def windows_unlink(path: str, **options: object) -> None:
            if refuses(path):
                error = PermissionError(13, "refused", path)
                error.winerror = code
                raise error
            unlink(path)

        undo.callback(go_by_path())
        monkeypatch.setattr("os.unlink", windows_unlink)

    with contextlib.ExitStack() as undo:
        yield install


def named(name: str, times: int = FOREVER) -> Refuses:
    """Refuse a file of this name so many times."""
    left = [times]

    def refuses(path: str) -> bool:
        if os.path.basename(path) != name or left[0] == 0:
            return False
        left[0] -= 1
        return True

    return refuses


def test_a_passing_lock_is_waited_for(tree: Path, lock: Lock, ticking: VirtualClock):
    lock(named("b.txt", 5), 32)
    report = rmtree(tree)
    assert report.status is CleanupStatus.REMOVED
    assert len(report.attempts) == 6
    assert len(ticking.sleeps) == 5


def test_a_lock_that_stays_is_given_up_when_the_time_is_over(
    tree: Path, lock: Lock, ticking: VirtualClock
):
    lock(named("b.txt"), 32)
    report = rmtree(tree, RetryPolicy(total=1.0))
    assert report.status is CleanupStatus.LEFT_BEHIND
    assert ticking.monotonic() == pytest.approx(1.0)
    assert report.attempts[-1].next_delay is None


@pytest.mark.parametrize("code", [16, 112, 1224])
def test_an_error_that_waiting_cannot_cure_is_not_waited_for(
    tree: Path, lock: Lock, ticking: VirtualClock, code: int
):
    lock(named("b.txt"), code)
    report = rmtree(tree)
    assert len(report.attempts) == 1
    assert ticking.sleeps == []
    assert [failure.code for failure in report.leftovers] == [code]


def test_access_denied_is_waited_for_half_a_second_only(
    tree: Path, lock: Lock, ticking: VirtualClock
):
    lock(named("b.txt"), 5)
    rmtree(tree, RetryPolicy(total=10.0))
    assert 0.5 <= ticking.monotonic() < 0.6


def test_one_locked_file_does_not_keep_the_others_there(tmp_path: Path, lock: Lock):
    tree = tmp_path / "tree"
    for number in range(5):
        (tree / str(number)).mkdir(parents=True)
        (tree / str(number) / "file").write_text("")
    first: list[str] = []

    def the_first_one(path: str) -> bool:
        first[:] = first or [path]
        return path == first[0]

    left: list[list[Path]] = []

    def look(_attempt: Attempt) -> None:
        left.append([path for path in tree.rglob("*") if path.is_file()])

    lock(the_first_one, 32)
    rmtree(tree, on_attempt=look)
    assert left[0] == [Path(first[0])]


def test_a_read_only_file_is_made_writable_and_goes(tree: Path, lock: Lock, ticking: VirtualClock):
    (tree / "a.txt").chmod(stat.S_IREAD)
    lock(lambda path: not os.stat(path).st_mode & stat.S_IWRITE, 5)
    assert rmtree(tree).gone
    assert ticking.sleeps == []


def test_a_file_that_this_process_has_open_is_not_waited_for(
    tree: Path, lock: Lock, ticking: VirtualClock
):
    lock(named("b.txt"), 32)
    with (tree / "inner" / "b.txt").open(encoding="utf-8"):
        report = rmtree(tree)
    assert ticking.sleeps == []
    assert report.status is CleanupStatus.LEFT_BEHIND
    assert report.holding is not None
    assert report.holding.by_ourselves


def test_what_this_process_lets_go_of_is_removed_without_waiting(
    tree: Path, lock: Lock, ticking: VirtualClock
):
    file = (tree / "inner" / "b.txt").open(encoding="utf-8")
    lock(lambda path: os.path.basename(path) == "b.txt" and not file.closed, 32)

    def let_go(paths: object) -> bool:
        assert paths == [str(tree / "inner" / "b.txt")]
        file.close()
        return True

    assert rmtree(tree, release=let_go).gone
    assert ticking.sleeps == []


@pytest.mark.skipif(sys.platform != "linux", reason="maps a file by Linux's own function")
@pytest.mark.parametrize("total", [0.0, 0.05, 3.0])
def test_a_map_of_ours_without_an_open_file_is_found_before_long(
    tree: Path, lock: Lock, ticking: VirtualClock, mapped_without_a_descriptor, total: float
):
    lock(named("b.txt"), 32)
    with mapped_without_a_descriptor(tree / "inner" / "b.txt"):
        report = rmtree(tree, RetryPolicy(total=total))
    assert sum(ticking.sleeps) < 0.2
    assert report.holding is not None
    assert report.holding.by_ourselves


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch, tree: Path) -> list[str]:
    """Return the folders of the tree that are listed, as it happens."""
    found: list[str] = []
    scandir = os.scandir

    def watched(path: str) -> object:
        if os.fsdecode(path).startswith(str(tree)):
            found.append(os.path.relpath(path, tree))
        return scandir(path)

    monkeypatch.setattr("os.scandir", watched)
    return found


def test_a_retry_by_paths_goes_through_the_tree_only_after_a_change(
    tree: Path, lock: Lock, listed: list[str]
):
    lock(named("b.txt", 5), 32)
    report = rmtree(tree)
    assert report.status is CleanupStatus.REMOVED
    assert [len(attempt.failures) for attempt in report.attempts] == [1, 1, 1, 1, 1, 0]
    assert listed == [".", "inner", ".", "inner"]


def at_first(change: Callable[[], object]) -> Callable[[Attempt], None]:
    """Return what changes something after the first attempt."""
    return lambda attempt: change() if attempt.number == 1 else None


def test_what_is_new_goes_with_the_last_attempt(tree: Path, lock: Lock):
    lock(named("b.txt"), 32)
    report = rmtree(tree, RetryPolicy(total=1.0), on_attempt=at_first((tree / "new.txt").touch))
    assert [os.path.basename(left.path) for left in report.leftovers] == ["b.txt"]
    assert [path.name for path in tree.iterdir()] == ["inner"]


def test_a_retry_follows_no_link_that_has_taken_a_folders_place(
    tree: Path, tmp_path: Path, lock: Lock
):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "b.txt").write_text("precious")

    def swap() -> None:
        (tree / "inner").rename(tmp_path / "moved")
        (tree / "inner").symlink_to(outside)

    lock(named("b.txt", 1), 32)
    report = rmtree(tree, on_attempt=at_first(swap))
    assert report.status is CleanupStatus.REMOVED
    assert (outside / "b.txt").read_text() == "precious"


def test_a_folder_that_vanishes_between_two_attempts_hides_nothing(
    tree: Path, tmp_path: Path, lock: Lock
):
    lock(named("b.txt"), 32)
    vanish = at_first(lambda: (tree / "inner").rename(tmp_path / "moved"))
    assert rmtree(tree, on_attempt=vanish).status is CleanupStatus.REMOVED
    assert not tree.exists()


def test_memory_maps_are_looked_for_where_there_is_content(
    tree: Path, monkeypatch: pytest.MonkeyPatch
):
    asked: list[bool] = []
    monkeypatch.setattr(
        "winasr_doctor.locks.holders.held_by_ourselves", lambda _path, *, maps: asked.append(maps)
    )
    (tree / "empty.txt").touch()
    (tree / "empty").mkdir()
    for name in ("empty.txt", "empty", "a.txt", "inner", "not-there"):
        ours(str(tree), [str(tree / name)], maps=True)
    ours(str(tree), [str(tree / "a.txt")], maps=False)
    assert asked == [False, False, True, True, True, False]


def test_a_report_keeps_alive_nothing_of_its_caller(tmp_path: Path, lock: Lock):
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "a").touch()
    lock(lambda _path: True, 32)

    class Model:
        pass

    def remove():
        model = Model()
        return weakref.ref(model), rmtree(tmp_path / "tree", RetryPolicy(total=0.1), defer=False)

    gone, report = remove()
    assert report.leftovers
    assert gone() is None
