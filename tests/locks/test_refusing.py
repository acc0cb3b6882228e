"""`rmtree` never deletes a file, a link or a replaced folder: not now, at exit or in a sweep."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from winasr_doctor.locks import ONCE, Attempt, CleanupReport, CleanupStatus, rmtree, sweep
from winasr_doctor.locks.identity import identify
from winasr_doctor.locks.ledger import Ledger

from .locking import Lock

links = pytest.mark.skipif(sys.platform == "win32", reason="needs the right to make links")


def assert_refused(report: CleanupReport, why: str) -> None:
    assert report.status is CleanupStatus.REFUSED
    assert not report.gone
    assert not report.deferred
    assert why in report.refusal
    assert isinstance(report.error, NotADirectoryError)


def test_a_file_is_refused_and_no_sweep_removes_it(ledger: Ledger, tmp_path: Path):
    file = tmp_path / "report.docx"
    file.write_text("keep")
    assert_refused(rmtree(file), "it is a file")
    assert ledger.entries() == []
    assert sweep().removed == ()
    assert file.read_text() == "keep"


@links
@pytest.mark.parametrize("end", ["", "/", "/.", "//./"])
def test_a_link_is_refused_however_it_is_written(ledger: Ledger, tree: Path, end: str):
    link = tree.with_name("link")
    link.symlink_to(tree)
    assert_refused(rmtree(f"{link}{end}"), "it is a link")
    assert ledger.entries() == []
    sweep()
    assert link.is_symlink()
    assert (tree / "a.txt").exists()


@links
def test_what_is_neither_file_nor_folder_is_refused(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    assert_refused(rmtree(tmp_path / "pipe"), "device")
    assert (tmp_path / "pipe").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="another root")
def test_the_root_of_the_file_system_is_refused(monkeypatch: pytest.MonkeyPatch):
    def must_not(*_: object) -> None:
        raise AssertionError("the walk has begun")

    monkeypatch.setattr("winasr_doctor.locks.removal_pass.remove_tree", must_not)
    monkeypatch.setattr("winasr_doctor.locks.removal_pass.shutil.rmtree", must_not)
    for root in ("/", "//", "/."):
        assert_refused(rmtree(root, ONCE), "root of a file system")


def test_a_file_stays_when_the_process_exits(ledger: Ledger, tmp_path: Path):
    del ledger
    file = tmp_path / "report.docx"
    file.write_text("keep")
    code = "import sys, winasr_doctor; print(winasr_doctor.rmtree(sys.argv[1]).status.value)"
    command = [sys.executable, "-c", code, "report.docx"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "refused\n"
    assert "it is a file, not a folder; it is left alone" in done.stderr
    assert file.read_text() == "keep"


def test_a_file_that_an_earlier_version_recorded_stays(ledger: Ledger, tree: Path):
    entry = ledger.claim(str(tree))
    assert entry is not None
    assert entry.file is not None
    file = tree / "a.txt"
    document = json.loads(entry.file.read_bytes())
    document |= {"path": str(file), "identity": list(identify(str(file))), "in_use": False}
    for whole in (False, True):
        entry.file.write_text(json.dumps(document | {"whole": whole}))
        (odd,) = sweep().set_aside
        assert "not a folder" in odd.why
        assert file.read_text() == "a"


def test_a_refused_root_settles_no_claim_of_another_folder(ledger: Ledger, tree: Path):
    claim = ledger.claim(str(tree))
    tree.rename(tree.with_name("moved"))
    tree.write_text("keep")
    assert_refused(rmtree(tree, claim=claim), "it is a file")
    assert tree.read_text() == "keep"


@pytest.mark.usefixtures("way")
def test_a_folder_that_takes_the_place_between_two_passes_stays(
    ledger: Ledger, tree: Path, lock: Lock
):
    lock("a.txt")

    def swap(attempt: Attempt) -> None:
        if attempt.number == 1:
            tree.rename(tree.with_name("moved"))
            tree.mkdir()
            (tree / "new.txt").write_text("keep")

    assert_refused(rmtree(tree, on_attempt=swap), "another folder")
    assert (tree / "new.txt").read_text() == "keep"
    assert ledger.entries() == []


def test_a_folder_that_takes_the_place_before_it_is_recorded_is_not(
    ledger: Ledger, tree: Path, lock: Lock
):
    lock("a.txt")
    report = rmtree(tree, ONCE, defer=False)
    tree.rename(tree.with_name("moved"))
    tree.mkdir()
    (tree / "new.txt").write_text("keep")
    assert ledger.leave(report) is None
    sweep()
    assert (tree / "new.txt").exists()


@links
def test_a_folder_that_takes_the_place_within_a_pass_stays(
    tree: Path, monkeypatch: pytest.MonkeyPatch
):
    scandir = os.scandir

    def swapping(place: object) -> object:
        entries = scandir(place)
        if not tree.with_name("moved").exists():
            tree.rename(tree.with_name("moved"))
            tree.mkdir()
            (tree / "a.txt").write_text("keep")
        return entries

    monkeypatch.setattr("os.scandir", swapping)
    assert_refused(rmtree(tree, ONCE), "another folder")
    assert (tree / "a.txt").read_text() == "keep"
    assert list(tree.with_name("moved").iterdir()) == []


@links
def test_a_link_that_takes_the_place_of_an_inner_folder_within_a_pass_is_not_followed(
    tree: Path, monkeypatch: pytest.MonkeyPatch
):
    outside = tree.with_name("outside")
    outside.mkdir()
    (outside / "precious").write_text("keep")
    unlink = os.unlink

    def swapping(path: str, **options: int | None) -> None:
        unlink(path, **options)
        if not (tree / "inner").is_symlink():
            (tree / "inner").rename(tree / "moved")
            (tree / "inner").symlink_to(outside)

    monkeypatch.setattr("os.unlink", swapping)
    rmtree(tree, ONCE, defer=False)
    assert (outside / "precious").read_text() == "keep"
