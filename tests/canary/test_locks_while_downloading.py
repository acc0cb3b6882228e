"""The fault suite on a download: other programs have the cache's files open, as on Windows."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from winasr_doctor import RetryPolicy, guard, load_model, sweep, transcribe
from winasr_doctor.asr import LockedFileError
from winasr_doctor.asr.jobs import Job, JobState
from winasr_doctor.asr.speech_language import files, progress
from winasr_doctor.asr.speech_language.download import fetch
from winasr_doctor.asr.speech_language.hub_resolve import ResolvedRepo
from winasr_doctor.faults import FaultSweep, Plan, inject
from winasr_doctor.faults.errors import windows_error
from winasr_doctor.faults.sweep import SweepRun

from .conftest import COMMIT, KLATT3, SALM, Checkpoint
from .hub_server import StandIn

pytestmark = pytest.mark.usefixtures("hub")


def load(**options: Any) -> Any:
    return load_model("canary-qwen-2.5b", device="cpu", scan=False, **options)


def is_whole(loaded: Any, cache: Path) -> bool:
    """Tell whether the model works and nothing is left of the download."""
    assert loaded.ok, loaded.message
    assert transcribe(loaded.model, KLATT3[0], scan=False).text == KLATT3[1]
    return not list(cache.rglob("*.incomplete"))


@pytest.mark.parametrize(
    "plan",
    [
        "rename:32*2@*.incomplete",
        "rename:5*2@*.incomplete",
        "rename:32*inf@*.incomplete",
        "rename:32@*.incomplete; unlink:32*3@*.incomplete",
        "replace:32*2@*.tmp",
        "replace:5*2@*.tmp",
        "open:32*2@*/snapshots/*",
        "stat:32@*/snapshots/*/model.safetensors",
    ],
)
def test_a_passing_lock_is_waited_for(hub_cache: Path, virtual_clock: Any, plan: str):
    with inject(Plan.parse(plan)) as injector:
        loaded = load()
    assert injector.injections
    assert is_whole(loaded, hub_cache)


def test_what_was_downloaded_is_not_downloaded_again_after_a_lock(hub: StandIn, virtual_clock: Any):
    with inject(Plan.parse("rename:32@*.incomplete; unlink:32*3@*.incomplete")) as injector:
        assert load().ok
    assert injector.injections
    assert sum("/large/" in line for line in hub.asked) == 1


def test_a_half_downloaded_file_that_stays_locked_is_swept_and_the_model_loaded(
    hub_cache: Path, virtual_clock: Any
):
    plan = "rename:32*inf@*.incomplete; unlink:32*inf@*.incomplete"
    with inject(Plan.parse(plan)):
        loaded = load()
    assert loaded.ok, loaded.message
    assert list(hub_cache.rglob("*.incomplete"))
    sweep()
    assert not list(hub_cache.rglob("*.incomplete"))


def test_a_lock_that_never_ends_is_a_failure_with_the_file_and_the_code(
    hub_cache: Path, virtual_clock: Any
):
    with inject(Plan.parse("replace:32*inf@*.tmp")):
        outcome = load(policy=RetryPolicy(total=1.0))
    assert not outcome.ok
    assert isinstance(outcome.error, LockedFileError)
    assert outcome.error.__cause__.winerror == 32
    ref = hub_cache / "models--nvidia--canary-qwen-2.5b" / "refs" / "main"
    assert outcome.message.headline.startswith(f"{ref}.")
    assert "another program has it open (WinError 32)" in outcome.message.headline
    assert "winasr_doctor who" in str(outcome.message)
    assert load().ok


def test_a_lock_file_that_another_program_has_is_waited_for_and_that_is_told(
    hub: StandIn, hub_cache: Path, checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
):
    from filelock import FileLock

    from .hub_server import sha256

    monkeypatch.setattr(progress, "QUIET", 0.2)
    folder = hub_cache / ".locks" / "models--nvidia--canary-qwen-2.5b"
    folder.mkdir(parents=True)
    lock = FileLock(folder / f"{sha256(checkpoint.salm['model.safetensors'])}.lock")
    lock.acquire()
    looks: list[Callable[[], JobState]] = []
    told: list[str] = []

    def watch() -> None:
        for _ in range(6_000):
            stage = looks[0]().stage if looks else ""
            if "has the cache's lock file open" in stage:
                told.append(stage)
                break
            threading.Event().wait(0.05)

    watcher = threading.Thread(target=watch)
    watcher.start()
    loading = threading.Timer(0, lambda: told.append(load(on_start=looks.append)))
    loading.start()
    watcher.join()
    lock.release()  # by the thread that has it
    loading.join()
    stage, loaded = told
    assert stage.startswith(f"downloading model.safetensors of {SALM}")
    assert is_whole(loaded, hub_cache)


# Symbolic links


def linking(monkeypatch: pytest.MonkeyPatch, codes: list[int], *, probe: bool) -> None:
    """Let making links fail with these codes, the client's own probe too or not."""
    from huggingface_hub import constants, file_download

    symlink = os.symlink

    def failing(source: Any, target: Any, *rest: Any, **options: Any) -> None:
        if codes and (probe or "dummy_file" not in str(target)):
            raise windows_error(codes.pop(0), str(source), str(target))
        symlink(source, target, *rest, **options)

    monkeypatch.setattr(os, "symlink", failing)
    monkeypatch.setattr(file_download, "_are_symlinks_supported_in_dir", {})
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_SYMLINKS", False)


def test_without_the_right_to_make_links_files_are_copies(
    hub_cache: Path, monkeypatch: pytest.MonkeyPatch
):
    linking(monkeypatch, [1314] * 99, probe=True)
    assert is_whole(load(), hub_cache)
    assert not [path for path in hub_cache.rglob("snapshots/*/*") if path.is_symlink()]


def test_a_right_that_is_missing_after_the_probe_is_done_without(
    hub_cache: Path, monkeypatch: pytest.MonkeyPatch
):
    codes = [1314] * 99
    linking(monkeypatch, codes, probe=False)
    assert is_whole(load(), hub_cache)
    assert len(codes) == 97  # once in each repository's folder, and then no more
    assert load().ok


@pytest.mark.parametrize("code", [5, 32])
def test_a_link_that_is_refused_for_a_moment_is_made_a_copy(
    hub_cache: Path, monkeypatch: pytest.MonkeyPatch, code: int
):
    linking(monkeypatch, [code], probe=False)
    assert is_whole(load(), hub_cache)


def test_a_full_drive_is_told_and_nothing_is_left(hub_cache: Path, monkeypatch: pytest.MonkeyPatch):
    from huggingface_hub import file_download

    def full(*_given: Any, **_options: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(file_download, "http_get", full)
    outcome = load()
    assert outcome.diagnosis.kind == "disk-full"
    assert not list(hub_cache.rglob("*.incomplete"))


# Every operation


def test_a_download_survives_every_operation_that_fails_once(
    fault_sweep: FaultSweep, hub_cache: Path, checkpoint: Checkpoint
):
    sizes = {name: len(data) for name, data in checkpoint.salm.items()}
    snapshot = ResolvedRepo(SALM, "main", COMMIT, sizes)
    cache = hub_cache / "models--nvidia--canary-qwen-2.5b"

    def setup() -> None:
        import shutil

        shutil.rmtree(cache, ignore_errors=True)
        shutil.rmtree(hub_cache / ".locks", ignore_errors=True)

    def is_complete(run: SweepRun) -> None:
        assert run.error is None
        for name in ("config.json", "model.safetensors"):
            assert (cache / "snapshots" / COMMIT / name).read_bytes() == checkpoint.salm[name]
        assert (cache / "refs" / "main").read_text("ascii") == COMMIT
        assert not list(cache.rglob("*.incomplete"))

    report = fault_sweep(
        guard()(lambda _state: fetch(Job(), snapshot, files.of_model(sizes), None)),
        setup=lambda: setup() or True,
        operations=("rename", "replace", "unlink"),
        codes=(32, 5),
        times=(1,),
        glob=f"{cache}/*",
        invariants=[is_complete],
    )
    assert sum(report.points.values()) >= 6
