"""Load and transcribe with the real NeMo, through locks of every length and place."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from winasr_doctor import guard
from winasr_doctor._guard import FolderOpened, Phase
from winasr_doctor.locks import Attempt, CleanupStatus, RetryPolicy, sweep

from .conftest import F3, KLATT3, NEMO_FILE, Locks, is_open_here

RECORDING, TEXT = KLATT3
SHORT = RetryPolicy(total=0.1)

holds_its_manifest = pytest.mark.skipif(
    Version(version("nemo_toolkit")) < Version("2.7"),
    reason="NeMo before 2.7 reads the manifest without lhotse, so it does not hold it",
)

LENGTHS = {
    "one deletion": {"times": 1},
    "0.3 seconds": {"seconds": 0.3},
    "beyond the budget": {"seconds": 3},
    "for ever": {},
}
LOAD_PLACES = ["model_weights.ckpt", "*tokenizer.model", "model_config.yaml", "tmp*"]
TRANSCRIBE_PLACES = ["manifest.json", "tmp*"]


def transcribe(model: Any, *recordings: Path) -> list[str]:
    paths = [str(recording) for recording in recordings or (RECORDING,)]
    return [result.text for result in model.transcribe(paths, verbose=False)]


@pytest.mark.usefixtures("virtual_clock")
@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("place", LOAD_PLACES)
def test_a_model_is_loaded_whatever_is_locked(
    restore: Callable[[], Any], locks: Locks, scratch: Path, place: str, length: str
):
    locks.lock(place, **LENGTHS[length])
    budget = RetryPolicy(total=1)
    with guard(budget) as session:
        loaded = restore()
    (report,) = session.cleanups
    assert report.seconds < 1 + 0.5
    assert locks.refused
    assert report.gone is (length in {"one deletion", "0.3 seconds"})
    locks.release()
    assert transcribe(loaded) == [TEXT]
    sweep()
    assert list(scratch.iterdir()) == []


@pytest.mark.usefixtures("virtual_clock")
@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("place", TRANSCRIBE_PLACES)
def test_a_text_is_returned_whatever_is_locked(
    model: Any, locks: Locks, scratch: Path, place: str, length: str
):
    locks.lock(place, **LENGTHS[length])
    with guard(RetryPolicy(total=1)) as session:
        texts = transcribe(model, RECORDING, F3[0])
    assert texts == [TEXT, F3[1]]
    (report,) = session.cleanups
    assert report.seconds < 1 + 0.5
    assert locks.refused
    assert report.gone is (length in {"one deletion", "0.3 seconds"})
    locks.release()
    sweep()
    assert list(scratch.iterdir()) == []


def test_the_folders_of_each_phase_are_told(restore: Callable[[], Any], model: Any, tmp_path: Path):
    opened: list[Phase] = []

    def observe(event: object) -> None:
        if isinstance(event, FolderOpened):
            opened.append(event.phase)

    with guard(observer=observe):
        restore()
        transcribe(model)
        model.save_to(str(tmp_path / "saved.nemo"))
        restore()
    assert list(dict.fromkeys(opened)) == [Phase.LOADING, Phase.TRANSCRIBING, Phase.SAVING]
    assert opened[-1] is Phase.LOADING


def test_without_the_guard_a_lock_costs_the_model(restore: Callable[[], Any], locks: Locks):
    locks.lock("model_weights.ckpt")
    with pytest.raises((PermissionError, NotADirectoryError)):
        restore()


def test_without_the_guard_a_lock_costs_the_text(model: Any, locks: Locks):
    locks.lock("manifest.json")
    with pytest.raises((PermissionError, NotADirectoryError)):
        transcribe(model)


@pytest.fixture
def no_memory(model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the model's forward pass run out of CUDA memory."""
    import torch

    def forward(*arguments: object, **options: object) -> None:
        raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    monkeypatch.setattr(model, "forward", forward)


@pytest.mark.usefixtures("no_memory")
class TestOutOfMemory:
    """Our own suspended manifest iterator holds manifest.json."""

    @holds_its_manifest
    def test_without_the_guard_it_is_hidden(self, model: Any, locks: Locks):
        with pytest.raises((PermissionError, NotADirectoryError)):
            transcribe(model)
        assert os.path.basename(locks.refused[0]) == "manifest.json"

    @holds_its_manifest
    @pytest.mark.parametrize("workers", [0, 2])
    def test_it_comes_out_at_once_and_nothing_stays(
        self, model: Any, locks: Locks, scratch: Path, workers: int
    ):
        import torch

        with guard() as session, pytest.raises(torch.cuda.OutOfMemoryError):
            model.transcribe(
                [str(RECORDING)] * 12, batch_size=1, num_workers=workers, verbose=False
            )
        (report,) = session.cleanups
        assert locks.refused
        assert report.status is CleanupStatus.REMOVED
        assert sum(attempt.next_delay or 0 for attempt in report.attempts) == 0
        assert list(scratch.iterdir()) == []

    def test_the_model_works_afterwards(
        self, model: Any, locks: Locks, monkeypatch: pytest.MonkeyPatch
    ):
        del locks
        with guard():
            with contextlib.suppress(RuntimeError):
                transcribe(model)
            monkeypatch.undo()
            assert transcribe(model) == [TEXT]


@holds_its_manifest
def test_a_stereo_file_is_refused_as_stereo(model: Any, locks: Locks, scratch: Path, stereo: Path):
    with guard() as session, pytest.raises(TypeError) as raised:
        transcribe(model, stereo)
    assert "shape" in str(raised.value)
    assert locks.refused
    assert session.cleanups[0].status is CleanupStatus.REMOVED
    assert list(scratch.iterdir()) == []


def test_a_generator_closed_early_lets_go_of_its_manifest(model: Any, locks: Locks, scratch: Path):
    config = model.get_transcribe_config()
    config.batch_size, config.num_workers, config.verbose = 1, 0, False
    with guard() as session:
        results = model.transcribe_generator([str(RECORDING), str(F3[0])], config)
        next(results)
        results.close()
    assert session.cleanups[0].status is CleanupStatus.REMOVED
    assert list(scratch.iterdir()) == []


def test_a_failed_load_keeps_its_error_and_leaves_no_state_behind(
    asr_model: Any, locks: Locks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    import torch
    from nemo.utils.app_state import AppState

    def broken(*arguments: object, **options: object) -> None:
        raise RuntimeError("the weights are damaged")

    monkeypatch.setattr(torch, "load", broken)
    locks.lock("model_weights.ckpt")
    state, here = AppState(), os.getcwd()
    before = state.model_restore_path, len(state._all_model_restore_paths)
    with guard(SHORT), pytest.raises(RuntimeError, match="the weights are damaged"):
        asr_model.restore_from(str(NEMO_FILE), map_location="cpu")
    assert state.is_model_being_restored is False
    assert state.nemo_file_folder is None
    assert (state.model_restore_path, len(state._all_model_restore_paths)) == before
    assert os.getcwd() == here


def test_nemo_behaves_as_without_the_guard(model: Any, restore: Callable[[], Any]):
    plain = transcribe(model)
    with guard() as session:
        assert transcribe(model) == plain
        assert transcribe(restore()) == plain
    assert session.problems == ()
    assert [report.status for report in session.cleanups] == [CleanupStatus.REMOVED] * 3


_EXTERNAL = """
import glob, os, sys, time
while not (found := glob.glob(sys.argv[1])):
    time.sleep(0.001)
held = open(found[0], "rb")
print("held", flush=True)
sys.stdin.readline()
"""


@contextlib.contextmanager
def somebody_who_opens(pattern: Path) -> Iterator[subprocess.Popen[str]]:
    """Run another process that opens a file as soon as it is there, and keeps it open."""
    process = subprocess.Popen(
        [sys.executable, "-c", _EXTERNAL, str(pattern)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.communicate("\n", timeout=60)


def test_an_external_process_that_holds_the_weights_is_named(
    restore: Callable[[], Any],
    locks: Locks,
    scratch: Path,
    until_named: Callable[[Attempt], None],
):
    other: list[int] = []

    def held_by_other(path: str) -> bool:
        if os.path.basename(path) != "model_weights.ckpt":
            return False
        if not other:  # the first deletion waits until the file is open there
            assert process.stdout.readline() == "held\n"
            other.append(process.pid)
        folder = f"/proc/{other[0]}/fd"
        links = [os.path.join(folder, number) for number in os.listdir(folder)]
        return any(os.readlink(link) == os.path.realpath(path) for link in links)

    locks.is_open = held_by_other
    with somebody_who_opens(scratch / "*" / "model_weights.ckpt") as process:
        with guard(RetryPolicy(total=10), until_named) as session:
            loaded = restore()
        (report,) = session.cleanups
        assert report.status is CleanupStatus.LEFT_BEHIND
        assert report.holding is not None
        assert process.pid in {holder.pid for holder in report.holding.holders}
        assert sweep().removed == ()
    locks.is_open = is_open_here
    assert sweep().removed == (report.path,)
    assert transcribe(loaded) == [TEXT]
