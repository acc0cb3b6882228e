"""Loading to the device and transcribing on it, clean and with locked temporary files."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile
import torch

from winasr_doctor._guard import guard
from winasr_doctor.asr import load_model, transcribe
from winasr_doctor.locks import RetryPolicy
from winasr_doctor.selftest import SelfTestOutcome, self_test

from .conftest import PATHS, TEXTS

SHORT = RetryPolicy(total=0.1)


def texts(outcome):
    return [transcript.text for transcript in outcome.transcripts]


def test_the_model_is_loaded_to_the_device(device, injector):
    outcome = load_model("tiny", device=device.name, policy=SHORT, scan=False)
    assert outcome.ok
    assert outcome.device == device.name
    assert {str(each.device) for each in outcome.model.parameters()} == {device.name}
    always = injector is not None and "*inf" in str(injector.plan)
    assert outcome.status == ("loaded_cleanup_failed" if always else "loaded")


def test_auto_finds_the_device(device):
    assert load_model("tiny", scan=False).device == device.name


def test_files(model, injector, cpu_texts):
    outcome = transcribe(model, PATHS, policy=SHORT, scan=False)
    assert outcome.ok
    assert texts(outcome) == cpu_texts == TEXTS


def test_files_as_an_app_gives_them_to_nemo(model, injector, cpu_texts):
    with guard(policy=SHORT):  # NeMo writes a manifest.json, and deletes it
        results = model.transcribe([str(path) for path in PATHS], num_workers=0, verbose=False)
    assert [result.text for result in results] == cpu_texts


def test_arrays(model, injector, cpu_texts):
    arrays = [soundfile.read(path, dtype="float32")[0] for path in PATHS]
    outcome = transcribe(model, arrays, policy=SHORT, scan=False)
    assert texts(outcome) == cpu_texts


@pytest.mark.parametrize("batch_size", [1, 2, 12])
def test_batches(model, injector, cpu_texts, batch_size):
    outcome = transcribe(model, PATHS * 4, batch_size=batch_size, policy=SHORT, scan=False)
    assert texts(outcome) == cpu_texts * 4


def test_word_timestamps(model, injector, cpu_texts):
    outcome = transcribe(model, PATHS, timestamps=True, policy=SHORT, scan=False)
    assert texts(outcome) == cpu_texts
    for transcript in outcome.transcripts:
        assert [word.text for word in transcript.words] == transcript.text.split()
        times = [time for word in transcript.words for time in (word.start, word.end)]
        assert times == sorted(times)
        assert 0 <= times[0] < times[-1] <= transcript.duration


@pytest.fixture(scope="session")
def half(device):
    """Return the type of half precision that the device has, or skip the test."""
    kind = torch.float16 if device.is_gpu else torch.bfloat16
    try:
        layer = torch.nn.LSTM(8, 8).to(device.name)
        with torch.autocast(device.name.partition(":")[0], dtype=kind), torch.inference_mode():
            layer(torch.zeros(4, 1, 8, device=device.name))
    except RuntimeError as error:
        pytest.skip(f"{device.name} has no half precision for this model: {error}"[:90])
    return kind


def test_half_precision(device, half, model, injector, cpu_texts):
    arrays = [soundfile.read(path, dtype="float32")[0] for path in PATHS]
    # autocast holds for one thread, and the loader works in another: so it is NeMo's own call.
    with guard(policy=SHORT), torch.autocast(device.name.partition(":")[0], dtype=half):
        results = model.transcribe(arrays, batch_size=3, num_workers=0, verbose=False)
    assert [result.text for result in results] == cpu_texts


def test_silence_is_empty_and_no_error(model):
    outcome = transcribe(model, np.zeros(16_000, np.float32))
    assert outcome.status == "transcribed"
    assert texts(outcome) == [""]


@pytest.mark.parametrize("plan", ["", "unlink:32*2", "rmtree:32; unlink:5*2; rmdir:145~0.05"])
def test_the_self_test_passes(device, plan, record_property):
    from winasr_doctor.faults import Plan

    result = self_test(device.name, plan=Plan.parse(plan) if plan else None)
    assert result.ending is SelfTestOutcome.PASSED, result.problems
    assert (result.peak.gpu is not None) == device.is_gpu
    gpu = "" if result.peak.gpu is None else f", {result.peak.gpu / 1e6:.0f} MB of the GPU"
    record_property(
        "figure",
        f"{plan or 'clean'}: load {result.load_seconds:.2f} s, transcribe"
        f" {result.transcribe_seconds:.2f} s, real-time factor {result.real_time_factor:.3f},"
        f" peak {result.peak.process / 1e6:.0f} MB{gpu}",
    )
