from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from winasr_doctor.locks.identity import identify, same_folder


def test_a_file_is_recognised_until_it_is_written(tmp_path: Path):
    file = tmp_path / "f"
    file.write_text("one")
    before = identify(str(file))
    assert identify(str(file)) == before
    file.write_text("other")
    assert identify(str(file)) != before


@pytest.mark.wine_differs("it gives the time of the last change for that of creation")
def test_a_folder_stays_the_same_when_its_contents_change(tmp_path: Path):
    before = identify(str(tmp_path))
    (tmp_path / "new").write_text("")
    assert same_folder(identify(str(tmp_path)), before)


def test_a_folder_made_again_under_the_same_name_is_another(tmp_path: Path):
    folder = tmp_path / "f"
    seen = set()
    for _ in range(5):  # file systems use a number again
        folder.mkdir()
        seen.add(identify(str(folder)))
        folder.rmdir()
    assert len(seen) == 5


@pytest.mark.skipif(sys.platform == "win32", reason="needs the right to make links")
def test_a_link_is_not_taken_for_its_target(tmp_path: Path):
    target = tmp_path / "target"
    target.mkdir()
    link = tmp_path / "link"
    link.symlink_to(target)
    assert identify(str(link)).kind == "other"
    assert identify(str(link)) != identify(str(target))


@pytest.mark.skipif(sys.platform != "linux", reason="asks statx")
def test_the_time_of_birth_is_read_where_the_file_system_keeps_it(tmp_path: Path):
    file = tmp_path / "f"
    file.write_text("")
    born = identify(str(file)).born
    os.utime(file, (0, 0))
    assert identify(str(file)).born == born
    assert born == 0 or abs(born - file.stat().st_ctime_ns) < 10**9


def test_what_is_not_there_cannot_be_identified(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        identify(str(tmp_path / "nothing"))
