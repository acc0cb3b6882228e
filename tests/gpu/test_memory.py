"""Device memory: running out of it, letting go of it, and many loads that keep none."""

from __future__ import annotations

import contextlib
import gc
import sys
import threading
import weakref

import numpy as np
import psutil
import pytest
import torch

from winasr_doctor.asr import load_model, transcribe
from winasr_doctor.faults import inject
from winasr_doctor.locks import RetryPolicy

from .conftest import PATHS, TEXTS, Device, loaded

LOADS = 100 if torch.cuda.is_available() else 25
"""A handle that a load leaks shows after three; device memory takes longer, and needs a device."""
MEBIBYTE = 1024 * 1024


@pytest.fixture
def out_of_memory(device: Device, model):
    """Let the next pass run out of memory: really on a GPU, raised in `forward` on a CPU.

    Returns what ends it, and the recording that is too much.
    """
    with contextlib.ExitStack() as ending:
        yield ending, _too_much(device, model, ending)


def _too_much(device, model, ending):
    """Return a recording that is too much until the stack is closed."""
    if not device.is_gpu:

        def forward(*_given, **_options):
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

        ending.enter_context(pytest.MonkeyPatch.context()).setattr(
            model.encoder, "forward", forward
        )
        return PATHS[0]
    device.allocated()
    torch.cuda.empty_cache()
    total = torch.cuda.get_device_properties(0).total_memory
    allowed = torch.cuda.memory_reserved(0) + 64 * MEBIBYTE
    ending.callback(torch.cuda.set_per_process_memory_fraction, 1.0, 0)
    torch.cuda.set_per_process_memory_fraction(allowed / total, 0)
    twenty_minutes = 16_000 * 1200
    return np.random.default_rng(1).normal(0, 0.1, twenty_minutes).astype(np.float32)


def test_out_of_memory_is_told_as_that_with_advice_though_files_are_locked(
    model, out_of_memory, scratch
):
    _ending, recording = out_of_memory
    with inject(f"rmdir:32*inf@{scratch}/*") as injector:
        outcome = transcribe(model, recording, policy=RetryPolicy(total=0.1), scan=False)
    assert injector.injections
    assert outcome.status == "transcribe_failed"
    assert isinstance(outcome.error, torch.OutOfMemoryError)
    assert outcome.diagnosis.kind == "out-of-gpu-memory"
    assert "memory" in outcome.message.headline
    assert outcome.message.remedies


def test_the_model_can_be_used_after_it(device, model, out_of_memory):
    ending, recording = out_of_memory
    before = device.allocated()
    assert not transcribe(model, recording, scan=False).ok
    assert device.allocated() <= before + MEBIBYTE
    ending.close()
    assert transcribe(model, PATHS, scan=False).text.splitlines() == TEXTS


def test_loading_the_next_model_frees_the_last(device):
    outcome = loaded(device)
    transcribe(outcome.model, PATHS[0])
    one, last = device.allocated(), weakref.ref(outcome.model)
    outcome = loaded(device)
    gc.collect()
    assert last() is None
    transcribe(outcome.model, PATHS[0])
    assert device.allocated() <= one + MEBIBYTE


def test_a_failed_load_keeps_no_device_memory(device, monkeypatch):
    loaded(device)
    before = device.allocated()

    def fails(*_given, **_options):
        raise RuntimeError("no")

    from nemo.collections.asr.models import ASRModel

    monkeypatch.setattr(ASRModel, "load_state_dict", fails)
    outcome = load_model("tiny", device=device.name, scan=False)
    assert outcome.status == "load_failed"
    del outcome
    assert device.allocated() <= before


def test_many_loads_under_injection_leak_nothing(device, scratch, record_property):
    for _ in range(3):  # what is made once only is made now
        outcome = loaded(device)
    del outcome
    before = (device.allocated(), _handles(), threading.active_count())
    policy, injected = RetryPolicy(total=5, first=0.001), 0
    for _ in range(LOADS):
        with inject(f"unlink:32*2@{scratch}/*/model_weights.ckpt") as injector:
            outcome = load_model("tiny", device=device.name, policy=policy, scan=False)
        assert outcome.status == "loaded"
        injected += len(injector.injections)
        del outcome
    after = (device.allocated(), _handles(), threading.active_count())
    assert injected == 2 * LOADS
    assert after[0] <= before[0]
    assert after[1] <= before[1] + 2
    assert after[2] <= before[2] + 1
    assert list(scratch.iterdir()) == []
    record_property("figure", f"{LOADS} loads: device memory, handles, threads {before} -> {after}")


def _handles() -> int:
    process = psutil.Process()
    return process.num_handles() if sys.platform == "win32" else process.num_fds()
