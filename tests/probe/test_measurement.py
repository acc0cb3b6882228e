"""`probe`: bounds of space and time, and turns."""

from __future__ import annotations

import shutil
from types import SimpleNamespace

import pytest

from winasr_doctor.faults import inject
from winasr_doctor.probe import measurement, probe
from winasr_doctor.probe.candidates import Candidate
from winasr_doctor.probe.measurement import MOST_BYTES, RESERVE

SIZE = 50_000


@pytest.fixture
def two(tmp_path):
    """Two folders."""
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
    return tuple(Candidate(str(folder)) for folder in folders)


def test_every_folder_has_its_rounds_and_nothing_stays(two, tmp_path):
    results = probe(two, size=SIZE, rounds=2)
    assert [len(each.rounds) for each in results] == [2, 2]
    assert [each.problem for each in results] == ["", ""]
    assert list((tmp_path / "a").iterdir()) == list((tmp_path / "b").iterdir()) == []


def test_folders_take_turns_in_going_first(two):
    told = []
    probe(two, size=SIZE, rounds=2, on_progress=lambda number, folder: told.append(folder[-1]))
    assert told == ["a", "b", "b", "a"]


def test_a_disk_with_little_room_is_not_written_to(two, monkeypatch):
    usage = SimpleNamespace(free=RESERVE + SIZE - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    monkeypatch.setattr(measurement, "play", lambda *given: pytest.fail("it was written to"))
    (first, _) = probe(two, size=SIZE, rounds=1)
    assert first.rounds == ()
    assert first.problem.startswith("only 512 MiB are free there")


def test_a_folder_in_which_something_stays_gets_no_further_round(two, virtual_clock):
    with inject("unlink:32*inf@*/a/*/000_vocab.txt"):
        first, second = probe(two, size=SIZE, rounds=3, seconds=100)
    assert (len(first.rounds), len(second.rounds)) == (1, 3)
    assert first.problem == "1 path could not be deleted; no further round"


def test_no_round_is_begun_when_the_time_is_over(two, virtual_clock):
    with inject("unlink:32~6@*/a/*/000_vocab.txt"):
        first, second = probe(two, size=SIZE, rounds=8, seconds=5)
    assert len(first.rounds) == 1
    assert second.problem == "time ran out before its turn"


def test_a_folder_that_cannot_be_written_does_not_stop_the_others(two, monkeypatch):
    play = measurement.play

    def refuse(folder, packed, until):
        if folder == two[0].path:
            raise PermissionError(13, "Permission denied")
        return play(folder, packed, until)

    monkeypatch.setattr(measurement, "play", refuse)
    first, second = probe(two, size=SIZE, rounds=2)
    assert first.problem == "it could not be unpacked there: Permission denied"
    assert len(second.rounds) == 2


def test_a_missing_folder_is_a_problem_and_a_proposed_one_exists_for_the_time_only(tmp_path):
    missing = Candidate(str(tmp_path / "no"))
    proposed = Candidate(str(tmp_path / "new" / "scratch"), create=True)
    first, second = probe((missing, proposed), size=SIZE, rounds=1)
    assert first.problem == "it does not exist"
    assert len(second.rounds) == 1
    assert not (tmp_path / "new").exists()


def test_ctrl_c_leaves_nothing(two, tmp_path, ledger, monkeypatch):
    proposed = Candidate(str(tmp_path / "new"), create=True)

    def interrupted(packed, folder, until):
        raise KeyboardInterrupt

    monkeypatch.setattr("winasr_doctor.probe.trial._unpack", interrupted)
    with pytest.raises(KeyboardInterrupt):
        probe((*two, proposed), size=SIZE)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "b"]
    assert list(ledger.entries()) == []


@pytest.mark.parametrize(
    "numbers", [{"size": 0}, {"size": MOST_BYTES + 1}, {"rounds": 9}, {"seconds": 0}]
)
def test_a_number_out_of_range_is_refused(two, numbers):
    with pytest.raises(ValueError, match="must be"):
        probe(two, **numbers)
