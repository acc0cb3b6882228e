"""Plans that keep to certain folders."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from winasr_doctor.faults import Plan, inject
from winasr_doctor.faults.within import Folders, within


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """Return an account with the folder `in` of the test's."""
    account = Folders()
    (tmp_path / "in").mkdir()
    account.add(str(tmp_path / "in"))
    return account


def test_a_folder_and_what_lies_in_it_are_contained(folders: Folders, tmp_path: Path):
    assert folders.contain(str(tmp_path / "in"))
    assert folders.contain(str(tmp_path / "in" / "a" / "b"))
    assert not folders.contain(str(tmp_path))
    assert not folders.contain(str(tmp_path / "inside"))


def test_without_a_folder_nothing_is_contained(tmp_path: Path):
    assert not Folders().contain(str(tmp_path))


@pytest.mark.skipif(sys.platform == "win32", reason="making links needs a privilege on Windows")
def test_a_folder_is_also_known_by_its_real_path(tmp_path: Path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    folders = Folders()
    folders.add(str(tmp_path / "link"))
    assert folders.contain(str(tmp_path / "link" / "file"))
    assert folders.contain(str(tmp_path / "real" / "file"))


def test_only_faults_without_a_pattern_keep_to_the_folders(folders: Folders, tmp_path: Path):
    plan = Plan.parse("unlink:32*2; unlink:5#3~1@*.json")
    confined = within(plan, folders)
    anywhere, by_name = confined.faults
    assert anywhere.matches(str(tmp_path / "in" / "x.json"))
    assert not anywhere.matches("x.json")
    assert by_name.matches("x.json")
    assert str(confined) == str(plan)


def test_a_folder_counts_from_the_moment_it_is_added(folders: Folders, tmp_path: Path):
    later, other = tmp_path / "later", tmp_path / "other"
    for folder in (later, other):
        folder.mkdir()
        (folder / "file").touch()
    with inject(within(Plan.parse("unlink:32*inf"), folders)) as injector:
        os.unlink(other / "file")
        folders.add(str(later))
        with pytest.raises(OSError, match="file"):
            os.unlink(later / "file")
    assert [each.path for each in injector.injections] == [str(later / "file")]
