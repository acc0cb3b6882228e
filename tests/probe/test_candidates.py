"""Which folders are measured, and what speaks against them."""

from __future__ import annotations

import sys
import threading

import pytest

from winasr_doctor.machine.model import SyncRoot, SyncRoots, Volume, Volumes
from winasr_doctor.probe import candidates as candidates_room
from winasr_doctor.probe import probe
from winasr_doctor.probe.candidates import candidates
from winasr_doctor.testing import machine

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="the paths here are of a POSIX machine"
)


@pytest.fixture
def linux():
    """Return a function that makes a recorded Linux machine."""

    def make(**sections):
        host = machine(**sections)
        system = type(host.system)
        fields = {name: getattr(host.system, name) for name in system.__struct_fields__}
        return machine(system=system(**{**fields, "os": "linux"}), **sections)

    return make


def test_temp_comes_first_and_given_folders_are_absolute(tmp_path, monkeypatch, linux):
    monkeypatch.chdir(tmp_path)
    first, second = candidates(["here"], str(tmp_path / "temp"), linux())
    assert (first.path, first.is_temp) == (str(tmp_path / "temp"), True)
    assert (second.path, second.is_temp, second.create) == (str(tmp_path / "here"), False, False)


def test_the_same_folder_is_measured_once(tmp_path, linux):
    (tmp_path / "link").symlink_to(tmp_path)
    assert len(candidates([str(tmp_path / "link")], str(tmp_path), linux())) == 1


def test_without_a_given_folder_one_is_proposed(tmp_path, linux):
    _, proposed = candidates([], str(tmp_path), linux())
    assert proposed.create
    assert "winasr-scratch" in proposed.path


def test_a_drive_that_does_not_answer_is_not_waited_for(tmp_path, monkeypatch, linux):
    gone, back = str(tmp_path / "gone"), threading.Event()

    def hang(path):
        if path == gone:
            back.wait()
        return path

    monkeypatch.setattr(candidates_room.os.path, "realpath", hang)
    monkeypatch.setattr(candidates_room, "ANSWER_SECONDS", 0.5)
    temp, hanging = candidates([gone], str(tmp_path), linux())
    back.set()
    assert temp.problem == ""
    assert hanging.problem == "its drive did not answer within 0.5 seconds"
    _, result = probe((temp, hanging), size=10_000, rounds=1)
    assert (result.rounds, result.problem) == ((), hanging.problem)


def test_a_synchronised_folder_and_a_network_drive_have_something_against_them(tmp_path, linux):
    root = SyncRoot(provider="Dropbox", path=str(tmp_path / "Dropbox"), source="info.json")
    drive = Volume(root=str(tmp_path / "net"), drive_type="network")
    host = linux(
        sync_roots=SyncRoots(items=(root,)), volumes=Volumes(items=(Volume(root="/"), drive))
    )
    given = [str(tmp_path / "Dropbox" / "x"), str(tmp_path / "net" / "x")]
    temp, synced, remote = candidates(given, str(tmp_path), host)
    assert temp.against == ()
    assert synced.against == ("Dropbox mirrors it",)
    assert "network drive" in remote.against[0]
