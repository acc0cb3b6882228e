"""One round: what is written, what is measured, and that nothing stays."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from winasr_doctor.faults import inject
from winasr_doctor.locks import Attempt, RemovalFailure
from winasr_doctor.locks.ledger import default_ledger
from winasr_doctor.probe import trial
from winasr_doctor.probe.trial import SMALL_FILES, archive, play, waits_of
from winasr_doctor.windows.errors import DeleteClass

SIZE = 100_000
FILES = SMALL_FILES + 3


@pytest.fixture
def folder(tmp_path):
    """Where it is played."""
    folder = tmp_path / "here"
    folder.mkdir()
    return folder


def test_the_archive_has_a_few_large_and_a_hundred_small_files():
    with tarfile.open(fileobj=io.BytesIO(archive(SIZE))) as tar:
        sizes = sorted(member.size for member in tar)
    assert len(sizes) == FILES
    assert sum(sizes[-3:]) == pytest.approx(SIZE, abs=3)
    assert set(sizes[:-3]) == {2048}


def test_no_two_files_are_alike_in_one_archive_or_in_two():
    contents = []
    for _ in range(2):
        with tarfile.open(fileobj=io.BytesIO(archive(SIZE))) as tar:
            contents += [tar.extractfile(member).read() for member in tar]
    assert len(set(contents)) == 2 * FILES


def test_a_round_without_locks(folder):
    played = play(str(folder), archive(SIZE))
    assert played.size == SIZE + SMALL_FILES * 2048
    assert played.deletions == FILES + 1
    assert (played.waits, played.left, played.longest_wait) == ((), 0, 0.0)
    assert played.unpack_seconds > 0
    assert played.delete_seconds > 0
    assert list(folder.iterdir()) == []


def test_a_lock_is_measured_with_its_error(folder, virtual_clock):
    with inject("unlink:32~0.3@model_weights.ckpt"):
        played = play(str(folder), archive(SIZE))
    (wait,) = played.waits
    assert wait.label == "WinError 32"
    assert 0.3 <= wait.seconds <= 0.3 * 1.06 + 0.01
    assert played.longest_wait == wait.seconds
    assert list(folder.iterdir()) == []


def test_a_lock_for_ever_ends_after_ten_seconds_and_is_left_to_the_ledger(folder, virtual_clock):
    with inject("unlink:32*inf@000_vocab.txt"):
        played = play(str(folder), archive(SIZE))
    assert played.left == 1
    assert played.longest_wait == pytest.approx(10)
    (entry,) = default_ledger().entries()
    assert Path(entry.path).parent == folder


@pytest.mark.parametrize("error", [OSError(28, "full"), KeyboardInterrupt()])
def test_what_was_unpacked_is_removed_when_unpacking_ends_early(folder, monkeypatch, error):
    def fails(_packed, path, _until):
        Path(path, "half").touch()
        raise error

    monkeypatch.setattr(trial, "_unpack", fails)
    with pytest.raises(type(error)):
        play(str(folder), b"")
    assert list(folder.iterdir()) == []
    assert default_ledger().entries() == []


def test_unpacking_that_is_too_slow_is_given_up(folder, virtual_clock):
    with pytest.raises(TimeoutError, match="too slow"):
        play(str(folder), archive(SIZE), until=-1.0)
    assert list(folder.iterdir()) == []


def attempt(number, elapsed, *paths, label=32):
    failures = tuple(
        RemovalFailure(path, "os.unlink", OSError(), DeleteClass.TRANSIENT, label) for path in paths
    )
    return Attempt(number, "tree", elapsed, failures)


def test_waits_count_from_the_attempt_that_failed_to_the_one_that_succeeded():
    attempts = (
        attempt(1, 0.1, "a", "b"),
        attempt(2, 0.3, "b", label=5),
        attempt(3, 0.6),
    )
    waits = waits_of(attempts)
    assert [round(wait.seconds, 6) for wait in waits] == [0.2, 0.5]
    assert [wait.label for wait in waits] == ["WinError 32", "WinError 32"]


def test_a_path_that_fails_again_has_not_been_removed_before():
    attempts = (attempt(1, 0.1, "a"), attempt(2, 0.2, "b"), attempt(3, 0.4, "a"), attempt(4, 0.5))
    assert [round(wait.seconds, 6) for wait in waits_of(attempts)] == [0.4, 0.2]


def test_a_path_that_stays_waits_to_the_end():
    assert waits_of((attempt(1, 1.0, "a"), attempt(2, 9.0, "a")))[0].seconds == 8.0
