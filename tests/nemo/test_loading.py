"""`load_model` with the real NeMo."""

from __future__ import annotations

import gc
import pickle
import shutil
import tarfile
import threading
import weakref
from typing import Any

import pytest

from winasr_doctor.asr import DeadlineError, DeviceError, load_model, transcribe
from winasr_doctor.frameworks.nemo import calls
from winasr_doctor.locks import RetryPolicy

from .conftest import DATA, KLATT3, NEMO_FILE, Locks

RECORDING, TEXT = KLATT3
SHORT = RetryPolicy(total=0.1)


@pytest.fixture(autouse=True)
def quiet(asr_model: type) -> None:
    """Have NeMo imported, quietly, before any test has a deadline."""


def test_the_bundled_model_is_loaded_and_works():
    outcome = load_model("tiny", device="cpu")
    assert outcome.status == "loaded"
    assert outcome.ok
    assert (outcome.device, outcome.source, outcome.error) == ("cpu", str(NEMO_FILE), None)
    assert [report.gone for report in outcome.cleanups] == [True]
    assert outcome.message.headline == "tiny is loaded on cpu."
    assert outcome.model.training is False
    assert transcribe(outcome.model, RECORDING).text == TEXT


def test_a_file_is_loaded_from_a_folder_with_a_space_and_letters_beyond_ascii(tmp_path):
    folder = tmp_path / "Modèle à moi"
    folder.mkdir()
    path = shutil.copy(NEMO_FILE, folder / "tiny modèle.nemo")
    outcome = load_model(path, device="cpu")
    assert outcome.status == "loaded"
    assert outcome.source == str(path)


def test_a_model_whose_cleanup_fails_is_loaded_all_the_same(locks: Locks):
    locks.lock("model_weights.ckpt")
    attempts = []
    outcome = load_model("tiny", device="cpu", policy=SHORT, on_attempt=attempts.append, scan=False)
    assert outcome.status == "loaded_cleanup_failed"
    assert outcome.ok
    assert outcome.error is None
    assert len(outcome.attempts) == len(attempts) > 1
    assert [left.path.rpartition("/")[2] for left in outcome.leftovers] == ["model_weights.ckpt"]
    assert "model_weights.ckpt could not be removed: WinError 32" in outcome.message.details[0]
    assert outcome.message.remedies
    assert transcribe(outcome.model, RECORDING).text == TEXT


def test_a_lock_that_passes_is_told_and_leaves_nothing(locks: Locks, scratch):
    locks.lock("model_weights.ckpt", times=3)
    outcome = load_model("tiny", device="cpu")
    assert outcome.status == "loaded"
    assert len(outcome.attempts) > 1
    assert "was locked for a while" in outcome.message.details[0]
    assert list(scratch.iterdir()) == []


@pytest.fixture
def damaged(tmp_path):
    """Return a complete archive whose weights torch cannot read, which only NeMo can notice."""
    unpacked, path = tmp_path / "unpacked", tmp_path / "damaged.nemo"
    with tarfile.open(NEMO_FILE) as archive:
        archive.extractall(unpacked, filter="data")
    (unpacked / "model_weights.ckpt").write_bytes(b"damaged" * 1000)
    with tarfile.open(path, "w") as archive:
        for member in sorted(unpacked.iterdir()):
            archive.add(member, member.name)
    return path


def test_the_error_of_a_failed_load_is_the_real_one_though_the_cleanup_fails_too(
    damaged, locks: Locks
):
    locks.lock("model_weights.ckpt")
    outcome = load_model(damaged, device="cpu", policy=SHORT, scan=False)
    assert outcome.status == "load_failed"
    assert type(outcome.error) is pickle.UnpicklingError
    assert outcome.leftovers
    assert outcome.message.headline.startswith("The model file is damaged")
    assert outcome.message.details[1].startswith("UnpicklingError: ")
    assert "model_weights.ckpt could not be removed: WinError 32" in outcome.message.details[2]


def test_a_failed_load_does_not_leave_nemo_believing_that_it_is_loading(damaged):
    from nemo.utils import AppState

    assert not load_model(damaged, device="cpu").ok
    assert AppState().is_model_being_restored is False
    assert load_model("tiny", device="cpu").ok


def test_a_truncated_model_never_gets_to_nemo(tmp_path, monkeypatch):
    monkeypatch.setattr(calls, "restore", lambda *_given: pytest.fail("NeMo was asked"))
    path = tmp_path / "tiny.nemo"
    whole = NEMO_FILE.read_bytes()
    path.write_bytes(whole[: len(whole) - 5_000])
    outcome = load_model(path)
    assert outcome.status == "load_failed"
    assert str(path) in outcome.message.headline


def test_a_gpu_that_is_not_there_is_told():
    outcome = load_model("tiny", device="cuda:99")
    assert isinstance(outcome.error, DeviceError)
    assert "cuda:99" in outcome.message.headline


def test_a_load_that_hangs_in_torch_is_told_with_the_place(monkeypatch, no_deadline_before):
    import torch

    gate, workers = threading.Event(), []
    no_deadline_before(lambda: workers)

    def reading_a_dead_drive(*args: Any, **options: Any) -> Any:
        workers.append(threading.current_thread())
        gate.wait()
        raise RuntimeError("too late")

    monkeypatch.setattr(torch, "load", reading_a_dead_drive)
    outcome = load_model("tiny", device="cpu", timeout=0.1)
    gate.set()
    assert isinstance(outcome.error, DeadlineError)
    assert "importing NeMo and restoring" in outcome.message.details[1]
    assert "reading_a_dead_drive" in outcome.message.details[2]
    workers[0].join(60)


def test_a_model_that_comes_too_late_is_let_go(monkeypatch, no_deadline_before):
    gate, models, workers = threading.Event(), [], []
    no_deadline_before(lambda: workers)
    restore = calls.restore

    def late(path: str, device: str) -> Any:
        workers.append(threading.current_thread())
        gate.wait()
        model = restore(path, device)
        models.append(weakref.ref(model))
        return model

    monkeypatch.setattr(calls, "restore", late)
    assert not load_model("tiny", device="cpu", timeout=0.1).ok
    gate.set()
    workers[0].join(60)
    gc.collect()
    assert models[0]() is None


def test_two_loads_at_once_both_succeed_and_the_current_directory_stays():
    import os

    before, outcomes = os.getcwd(), []
    callers = [
        threading.Thread(target=lambda: outcomes.append(load_model("tiny", device="cpu")))
        for _ in range(2)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(60)
    assert [outcome.status for outcome in outcomes] == ["loaded", "loaded"]
    assert os.getcwd() == before


def test_the_pinned_file_of_the_hub_is_restored(monkeypatch, tmp_path):
    import huggingface_hub

    commit = "2399591399e4e6438fa7804f2f1f660d7a4b1c3e"
    folder = tmp_path / "models--nvidia--parakeet-tdt-0.6b-v3" / "snapshots" / commit
    folder.mkdir(parents=True)
    path = str(shutil.copy(DATA / "tiny-tdt.nemo", folder / "parakeet-tdt-0.6b-v3.nemo"))
    asked = []

    def hf_hub_download(repo_id: str, filename: str, *, revision: str | None = None) -> str:
        asked.append((repo_id, filename, revision))
        return path

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", hf_hub_download)
    outcome = load_model("parakeet-v3", revision=commit, device="cpu")
    assert outcome.status == "loaded"
    assert outcome.revision == commit
    assert asked == [("nvidia/parakeet-tdt-0.6b-v3", "parakeet-tdt-0.6b-v3.nemo", commit)]


def test_the_real_client_says_that_it_is_offline(monkeypatch, tmp_path):
    import huggingface_hub

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    outcome = load_model("canary-180m-flash", revision="main")
    assert outcome.status == "load_failed"
    assert "HF_HUB_OFFLINE" in outcome.message.headline
