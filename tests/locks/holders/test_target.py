"""What is asked about, in every spelling."""

from __future__ import annotations

import os
import sys

import pytest

from winasr_doctor.locks.holders import holders_of, other
from winasr_doctor.locks.holders.target import HeldPath

links = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")


not_windows = pytest.mark.skipif(sys.platform == "win32", reason="about other systems")


def test_a_folder_covers_itself_and_what_is_below_but_not_its_neighbours(manifest):
    target = HeldPath.of(manifest.parent)
    assert target.folder
    assert target.covers(str(manifest.parent))
    assert target.covers(str(manifest))
    assert not target.covers(str(manifest.parent) + "2")
    assert not target.covers(str(manifest.parent.parent))


def test_the_root_covers_everything(manifest):
    assert HeldPath.of(manifest.anchor).covers(str(manifest))


@links
def test_a_link_is_what_it_leads_to(manifest, child):
    link = manifest.parent.parent / "link"
    link.symlink_to(manifest.parent)
    process = child("open", manifest)
    assert [holder.pid for holder in holders_of(link).holders] == [process.pid]


@links
def test_a_link_that_leads_nowhere_exists(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    assert HeldPath.of(tmp_path / "link").exists


@pytest.mark.parametrize("name", ["missing", "x" * 5_000, "a\0b"])
def test_what_cannot_be_there_is_not(tmp_path, name):
    assert not HeldPath.of(tmp_path / name).exists


def test_what_may_not_be_looked_at_is_there(manifest, monkeypatch):
    def refused(*_, **__):
        raise PermissionError(13, "refused", "x")

    monkeypatch.setattr(os, "stat", refused)
    monkeypatch.setattr(os, "lstat", refused)
    assert HeldPath.of(manifest).exists


def test_a_relative_path_in_a_folder_that_is_gone_is_no_exception(monkeypatch):
    def gone():
        raise FileNotFoundError(2, "gone")

    monkeypatch.setattr(os, "getcwd", gone)
    holding = holders_of("file")
    assert holding.holders == ()
    assert holding.undetermined


@not_windows
def test_the_way_of_other_systems_sees_files_and_current_directories(manifest, monkeypatch):
    monkeypatch.chdir(manifest.parent)
    with manifest.open(encoding="utf-8"):
        holds = list(other.own_holds(HeldPath.of(manifest.parent)))
    assert {(hold.path, hold.what) for hold in holds} == {
        (str(manifest), "open file"),
        (str(manifest.parent), "current directory"),
    }


@not_windows
def test_the_way_of_other_systems_sees_other_processes(manifest, child):
    from winasr_doctor.locks.holders.evidence import Evidence

    process = child("open", manifest)
    evidence = Evidence(5.0)
    other.other_processes(HeldPath.of(manifest), evidence)
    assert [(h.pid, h.path) for h in evidence.answer()[0]] == [(process.pid, str(manifest))]
