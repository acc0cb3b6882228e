from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from winasr_doctor.faults import windows_sharing
from winasr_doctor.faults.removal import by_path
from winasr_doctor.locks import CleanupReport, CleanupStatus, pending, sweep
from winasr_doctor.locks.ledger import Ledger, LedgerEntry

links = pytest.mark.skipif(sys.platform == "win32", reason="needs the right to make links")


def left(path: Path) -> CleanupReport:
    return CleanupReport(str(path), CleanupStatus.LEFT_BEHIND, ())


def of_a_dead_process(ledger: Ledger, path: Path) -> LedgerEntry:
    """Claim a folder in the name of a process that is gone."""
    claim = ledger.claim(str(path))
    ledger.settle(claim)
    assert claim is not None
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    owner = dataclasses.replace(claim.owner, pid=ended.pid, started=1.0)
    return ledger._write(dataclasses.replace(claim, owner=owner))


@pytest.mark.wine_differs("it gives the time of the last change for that of creation")
def test_what_was_left_behind_is_removed_and_forgotten(ledger: Ledger, tree: Path):
    ledger.leave(left(tree))
    report = sweep()
    assert report.removed == (str(tree),)
    assert not tree.exists()
    assert ledger.entries() == []


@pytest.mark.skipif(sys.platform == "win32", reason="emulates Windows")
def test_a_listed_file_that_is_read_only_on_windows_is_removed(ledger: Ledger, tree: Path):
    (tree / "a.txt").chmod(0o444)
    ledger.leave(left(tree))
    with windows_sharing():
        assert sweep().removed == (str(tree),)
    assert not tree.exists()


@pytest.mark.wine_differs("it gives the time of the last change for that of creation")
def test_what_came_into_a_left_folder_later_stays(ledger: Ledger, tree: Path):
    ledger.leave(left(tree))
    (tree / "new.txt").write_text("keep")
    report = sweep()
    assert report.removed == ()
    assert "something newer" in report.kept[0].why
    assert [entry.name for entry in tree.iterdir()] == ["new.txt"]
    assert ledger.entries() == []


def test_a_listed_file_that_was_written_again_stays(ledger: Ledger, tree: Path):
    ledger.leave(left(tree))
    (tree / "a.txt").write_text("another text")
    sweep()
    assert (tree / "a.txt").read_text() == "another text"


def test_a_folder_that_was_replaced_is_left_alone_and_forgotten(ledger: Ledger, tree: Path):
    of_a_dead_process(ledger, tree)
    tree.rename(tree.with_name("moved"))
    tree.mkdir()
    (tree / "precious").write_text("keep")
    (kept,) = sweep().kept
    assert "no longer the folder" in kept.why
    assert (tree / "precious").read_text() == "keep"
    assert ledger.entries() == []


@links
def test_a_link_put_in_the_place_of_a_left_folder_is_not_followed(ledger: Ledger, tree: Path):
    ledger.leave(left(tree))
    moved = tree.with_name("moved")
    tree.rename(moved)
    tree.symlink_to(moved)
    sweep()
    assert (moved / "a.txt").exists()
    assert tree.is_symlink()


@links
def test_a_link_put_in_the_place_of_an_inner_folder_is_not_followed(ledger: Ledger, tree: Path):
    ledger.leave(left(tree))
    moved = tree.with_name("moved")
    (tree / "inner").rename(moved)
    (tree / "inner").symlink_to(moved)
    sweep()
    assert (moved / "b.txt").exists()


def test_a_folder_that_a_living_process_works_in_is_left_alone(ledger: Ledger, tree: Path):
    ledger.claim(str(tree))
    (kept,) = sweep().kept
    assert "still using" in kept.why
    assert tree.exists()
    assert len(ledger.entries()) == 1


@pytest.mark.wine_differs("it gives the time of the last change for that of creation")
def test_a_folder_of_a_dead_process_is_removed_with_all_that_is_in_it(ledger: Ledger, tree: Path):
    of_a_dead_process(ledger, tree)
    (tree / "written later").write_text("")
    assert sweep().removed == (str(tree),)
    assert not tree.exists()


def test_another_process_that_got_the_number_of_the_dead_one_protects_nothing(
    ledger: Ledger, tree: Path
):
    claim = of_a_dead_process(ledger, tree)
    ledger.settle(claim)
    waiting = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    with subprocess.Popen(waiting, stdin=subprocess.PIPE) as another:
        owner = dataclasses.replace(claim.owner, pid=another.pid, started=1.0)
        ledger._write(dataclasses.replace(claim, owner=owner))
        assert sweep().removed == (str(tree),)


def test_entries_of_another_machine_are_not_ours_to_judge(ledger: Ledger, tree: Path):
    claim = of_a_dead_process(ledger, tree)
    ledger.settle(claim)
    owner = dataclasses.replace(claim.owner, machine="another")
    ledger._write(dataclasses.replace(claim, owner=owner))
    assert sweep().removed == ()
    assert tree.exists()


def test_what_is_gone_already_counts_as_removed(ledger: Ledger, tmp_path: Path):
    folder = tmp_path / "gone"
    folder.mkdir()
    ledger.leave(left(folder))
    folder.rmdir()
    assert sweep().removed == (str(folder),)
    assert ledger.entries() == []


def test_what_cannot_be_removed_yet_stays_in_the_ledger(
    ledger: Ledger, tree: Path, monkeypatch: pytest.MonkeyPatch
):
    of_a_dead_process(ledger, tree)

    unlink = os.unlink

    def locked(path: str, **options: object) -> None:
        if os.fspath(path).startswith(str(tree)):
            raise PermissionError(13, "locked", path)
        unlink(path)

    with monkeypatch.context() as patch, by_path():
        patch.setattr("os.unlink", locked)
        (kept,) = sweep().kept
    assert kept.path == str(tree)
    assert sweep().removed == (str(tree),)


def test_pending_says_what_a_sweep_would_look_at_and_removes_nothing(ledger: Ledger, tree: Path):
    ledger.leave(left(tree))
    (waiting,) = pending()
    assert waiting.path == str(tree)
    assert tree.exists()


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


_LEAVE = """
import os, sys, tempfile
from winasr_doctor.locks import ONCE, rmtree
from winasr_doctor.faults.removal import go_by_path
folder = tempfile.mkdtemp()
open(os.path.join(folder, "f"), "w").close()
print(folder)
go_by_path()
real = os.unlink
def locked(path, **options):
    raise PermissionError(13, "locked", path)
os.unlink = locked
rmtree(folder, ONCE)
os.unlink = real
"""


@pytest.mark.wine_differs("it gives the time of the last change for that of creation")
def test_leftovers_are_removed_when_the_process_exits(ledger: Ledger):
    del ledger
    done = run(_LEAVE + "assert os.path.exists(folder)\n")
    assert done.returncode == 0, done.stderr
    assert not Path(done.stdout.strip()).exists()


@pytest.mark.wine_differs("it gives the time of the last change for that of creation")
def test_leftovers_survive_a_crash_and_are_removed_by_the_next_sweep(ledger: Ledger):
    done = run(_LEAVE + "sys.stdout.flush(); os._exit(9)\n")
    folder = done.stdout.strip()
    assert done.returncode == 9
    assert Path(folder).exists()
    assert folder.startswith(tempfile.gettempdir())
    assert sweep().removed == (folder,)
    assert ledger.entries() == []
