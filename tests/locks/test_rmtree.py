"""`rmtree` on real files, without faults."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from winasr_doctor.locks import Attempt, CleanupStatus, rmtree

links = pytest.mark.skipif(sys.platform == "win32", reason="needs the right to make links")


def test_a_tree_is_removed_in_one_attempt(tree: Path):
    attempts: list[Attempt] = []
    report = rmtree(tree, on_attempt=attempts.append)
    assert report.status is CleanupStatus.REMOVED
    assert report.gone
    assert [attempt.number for attempt in attempts] == [1]
    assert tuple(attempts) == report.attempts
    assert not tree.exists()


def test_what_does_not_exist_is_already_gone(tmp_path: Path):
    report = rmtree(tmp_path / "nothing")
    assert report.status is CleanupStatus.ALREADY_GONE
    assert report.gone


@links
def test_a_link_in_the_tree_is_removed_and_its_target_stays(tree: Path, tmp_path: Path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("keep")
    (tree / "link").symlink_to(outside)
    assert rmtree(tree).gone
    assert (outside / "precious").read_text() == "keep"


@links
def test_a_link_to_nothing_is_refused_too(tmp_path: Path):
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "nothing")
    assert not rmtree(link, defer=False).gone
    assert os.path.lexists(link)


def test_names_in_bytes_are_understood(tree: Path):
    assert rmtree(os.fsencode(tree)).gone
    assert not tree.exists()


def test_a_hook_that_fails_does_not_stop_the_deletion(tree: Path, caplog: pytest.LogCaptureFixture):
    def broken(attempt: Attempt) -> None:
        raise RuntimeError(attempt.number)

    assert rmtree(tree, on_attempt=broken).gone
    assert "on_attempt failed" in caplog.text


def test_a_wide_and_deep_tree_is_removed(tmp_path: Path):
    folder = tmp_path / "deep"
    for number in range(60):
        folder = folder / f"level{number}"
    folder.mkdir(parents=True)
    assert rmtree(tmp_path / "deep").gone
