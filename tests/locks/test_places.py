"""Paths mean the same folder from every current folder; only what is seen to be gone is gone."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from winasr_doctor.locks import ONCE, Attempt, CleanupStatus, rmtree, sweep
from winasr_doctor.locks.absolute_paths import absolute, is_seen_to_be_gone
from winasr_doctor.locks.identity import identify
from winasr_doctor.locks.ledger import Ledger

from .locking import Lock

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX paths")


def test_a_relative_path_is_recorded_absolute_and_found_from_elsewhere(
    ledger: Ledger, tree: Path, lock: Lock, monkeypatch: pytest.MonkeyPatch
):
    release = lock("a.txt")
    monkeypatch.chdir(tree.parent)
    report = rmtree(tree.name, ONCE)
    assert report.path == str(tree)
    assert [entry.path for entry in ledger.entries()] == [str(tree)]
    release()
    (tree.parent / "elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    assert sweep().removed == (str(tree),)
    assert not tree.exists()


@pytest.mark.usefixtures("way")
def test_the_current_folder_may_change_between_passes(
    tree: Path, lock: Lock, monkeypatch: pytest.MonkeyPatch
):
    release = lock("a.txt")
    monkeypatch.chdir(tree.parent)
    namesake = tree.parent / "elsewhere" / tree.name
    namesake.mkdir(parents=True)
    (namesake / "precious").write_text("keep")

    def move(_attempt: Attempt) -> None:
        os.chdir(namesake.parent)
        release()

    assert rmtree(tree.name, on_attempt=move).status is CleanupStatus.REMOVED
    assert not tree.exists()
    assert (namesake / "precious").exists()


def test_a_claim_by_a_relative_path_is_kept_through_a_change_of_the_current_folder(
    ledger: Ledger, tree: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tree.parent)
    claim = ledger.claim(tree.name)
    (tree.parent / "elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    assert rmtree(tree.name, claim=claim).status is CleanupStatus.REMOVED
    assert not tree.exists()
    assert ledger.entries() == []


def test_an_empty_path_is_not_the_current_folder(tree: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tree)
    assert rmtree("").status is CleanupStatus.ALREADY_GONE
    assert (tree / "a.txt").exists()


@posix
def test_dots_after_a_link_mean_the_parent_of_its_target(tree: Path, tmp_path: Path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "link").symlink_to(tree / "inner")
    assert absolute(f"{tmp_path}/link/../inner") == str(tree / "inner")
    assert absolute(f"{tmp_path}/link/..") == str(tree)


@posix
def test_dots_and_slashes_that_say_nothing_are_dropped(tmp_path: Path):
    assert absolute(f"{tmp_path}//./x/./") == f"{tmp_path}/x"


def test_a_folder_on_a_volume_that_is_not_there_is_not_forgotten(ledger: Ledger, tree: Path):
    claim = ledger.claim(str(tree))
    ledger.settle(claim)
    assert claim is not None
    elsewhere = claim.identity._replace(device=claim.identity.device + (9 << 8))
    ledger._write(claim.__class__(**_fields(claim, identity=elsewhere, in_use=False)))
    moved = tree.rename(tree.with_name("unplugged"))
    (kept,) = sweep().kept
    assert "not connected" in kept.why
    assert len(ledger.entries()) == 1
    assert moved.exists()


def test_a_claim_on_a_volume_that_is_not_there_is_kept(ledger: Ledger, tree: Path):
    claim = ledger.claim(str(tree))
    assert claim is not None
    elsewhere = claim.identity._replace(device=claim.identity.device + (9 << 8))
    tree.rename(tree.with_name("unplugged"))
    report = rmtree(tree, claim=claim.__class__(**_fields(claim, identity=elsewhere)))
    assert report.status is CleanupStatus.ALREADY_GONE
    assert ledger.entries() == [claim]


def _fields(entry: object, **changes: object) -> dict[str, object]:
    names = ("path", "identity", "owner", "whole", "in_use", "items", "reason", "file")
    return {name: getattr(entry, name) for name in names} | changes


@posix
def test_a_volume_without_a_drive_may_have_another_number_after_a_restart(tree: Path):
    numbered = identify(str(tree))._replace(device=os.makedev(0, 999))
    gone = str(tree / "nothing")
    assert not is_seen_to_be_gone(gone, numbered, 4e9)
    assert is_seen_to_be_gone(gone, numbered, 1.0)
    assert not is_seen_to_be_gone(gone, numbered._replace(device=os.makedev(9, 999)), 1.0)
