"""Uploads that no tab claims are few at a time and do not stay."""

from __future__ import annotations

import os

import pytest

from winasr_doctor.ui import uploads


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "uploads"


@pytest.fixture
def look_after(folder, monkeypatch, tmp_path):
    folder.mkdir()
    return lambda claimed=(), now=0.0: uploads.Unclaimed(folder, lambda: claimed, lambda: now)


def upload(folder, name, when=0.0, size=1):
    place = folder / name
    place.mkdir()
    (place / "speech.wav").write_bytes(b"x" * size)
    for each in (place / "speech.wav", place):
        os.utime(each, (when, when))
    return str(place)


def left(folder):
    return sorted(each.name for each in folder.iterdir())


class TestUnclaimed:
    def test_what_nobody_has_claimed_in_time_is_removed(self, folder, look_after):
        upload(folder, "late")
        upload(folder, "new", when=100.0)
        look_after(now=uploads.GRACE + 1).tidy()
        assert left(folder) == ["new"]

    def test_what_a_tab_has_claimed_stays(self, folder, look_after):
        claimed = upload(folder, "claimed")
        look_after([claimed], now=uploads.GRACE * 10).tidy()
        assert left(folder) == ["claimed"]

    def test_the_oldest_of_too_many_go_first(self, folder, look_after, monkeypatch):
        monkeypatch.setattr(uploads, "MOST_UPLOADS", 2)
        for when, name in enumerate("cab"):
            upload(folder, name, when=float(when))
        look_after().tidy()
        assert left(folder) == ["a", "b"]

    def test_the_oldest_of_too_much_go_first(self, folder, look_after, monkeypatch):
        monkeypatch.setattr(uploads, "MOST_BYTES", 50_000)
        for when, name in enumerate("abc"):
            upload(folder, name, when=float(when), size=20_000)
        look_after().admit(10_000)
        assert left(folder) in (["b", "c"], ["c"])  # a folder counts as some bytes, too

    def test_what_is_on_its_way_is_bounded(self, look_after, monkeypatch):
        monkeypatch.setattr(uploads, "MOST_BYTES", 10)
        unclaimed = look_after()
        assert unclaimed.admit(6)
        assert not unclaimed.admit(6)
        unclaimed.ended(6)
        assert unclaimed.admit(6)

    def test_what_an_upload_that_broke_off_left_is_removed(self, folder, look_after):
        (folder / "tmpabc").write_bytes(b"half")
        look_after(now=4e9).tidy()
        assert left(folder) == []

    def test_a_folder_that_is_gone_is_no_problem(self, folder, look_after):
        unclaimed = look_after()
        folder.rmdir()
        unclaimed.tidy()


def test_what_belongs_to_a_tab_or_is_in_use_stays(sessions):
    path = upload(sessions.uploads, "a")
    sessions.uploaded("tab", [f"{path}/speech.wav"])
    other = upload(sessions.uploads, "b")
    upload(sessions.uploads, "c")
    with sessions.using([f"{other}/speech.wav"]):
        sessions.unclaimed.tidy()
        assert left(sessions.uploads) == ["a", "b"]
    sessions.unclaimed.tidy()
    assert left(sessions.uploads) == ["a"]
