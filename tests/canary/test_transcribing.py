"""Transcribing with the real SALM: the same call and the same outcomes as for Parakeet."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from winasr_doctor import load_model, transcribe
from winasr_doctor.asr import AudioError, hearing
from winasr_doctor.asr.audio import SAMPLE_RATE
from winasr_doctor.asr.jobs import JobState

from .conftest import KLATT3, RECORDINGS, Fill


def hear(model: Any, audio: Any, **options: Any) -> Any:
    return transcribe(model, audio, scan=False, **options)


@pytest.fixture
def long_recording() -> np.ndarray:
    """Return 85 s: words, and a second of silence after every 17 s."""
    clips = [soundfile.read(path, dtype="float32")[0] for path, _text in RECORDINGS]
    speech = np.resize(np.concatenate(clips), 16 * SAMPLE_RATE)
    part = np.concatenate([speech, np.zeros(SAMPLE_RATE, np.float32)])
    return np.tile(part, 5)


def test_each_recording_gets_its_own_text_in_order(model: Any):
    told = []
    heard = hear(model, [path for path, _text in RECORDINGS], on_progress=lambda *n: told.append(n))
    assert [each.text for each in heard.transcripts] == [text for _path, text in RECORDINGS]
    assert heard.status == "transcribed"
    assert told == [(3, 3)]


def test_arrays_and_files_give_the_same_text(model: Any):
    samples, rate = soundfile.read(KLATT3[0], dtype="int16")
    assert hear(model, (rate, samples)).text == KLATT3[1]


def test_a_stereo_recording_is_mixed(model: Any, tmp_path: Path):
    samples, rate = soundfile.read(KLATT3[0], dtype="float32")
    soundfile.write(tmp_path / "two.wav", np.stack([samples, samples], axis=1), rate)
    assert hear(model, tmp_path / "two.wav").text == KLATT3[1]


def test_options_reach_the_model(model: Any):
    assert len(hear(model, KLATT3[0], max_new_tokens=1).text) < len(KLATT3[1])


def test_a_long_recording_is_cut_and_its_texts_are_joined(
    model: Any, long_recording: np.ndarray, monkeypatch: pytest.MonkeyPatch
):
    given: list[np.ndarray] = []
    answers = iter(("one", "", "three"))
    monkeypatch.setattr(
        hearing, "answer", lambda _model, piece, _options: given.append(piece) or next(answers)
    )
    assert hear(model, long_recording).text == "one three"
    assert max(map(len, given)) <= 40 * SAMPLE_RATE
    assert np.array_equal(np.concatenate(given), long_recording)


def test_the_model_takes_the_pieces_of_a_long_recording(model: Any, long_recording: np.ndarray):
    stages, looks = [], []
    generate = model.generate

    def watched(**given: Any) -> Any:
        state: JobState = looks[0]()
        stages.append(state.stage)
        return generate(**{**given, "max_new_tokens": 4})

    model.generate = watched
    try:
        heard = hear(model, long_recording, on_start=looks.append)
    finally:
        del model.generate
    assert heard.ok, heard.message
    assert stages == [f"transcribing array 0, piece {n} of about 3" for n in (1, 2, 3)]
    assert heard.transcripts[0].duration == 85.0


@pytest.mark.parametrize(
    ("audio", "words"),
    [
        (np.zeros(0, np.float32), "is empty: it has no samples"),
        (np.zeros(160, np.float32), "is too short: it has 0.01 s, and 0.1 s are the least"),
        (np.full(16_000, np.nan, np.float32), "is damaged: 16000 of its 16000 samples"),
    ],
)
def test_what_cannot_be_transcribed_is_one_sentence_and_the_others_are_done(
    model: Any, audio: np.ndarray, words: str
):
    heard = hear(model, [audio, str(KLATT3[0])])
    assert heard.status == "transcribe_failed"
    assert isinstance(heard.error, AudioError)
    assert heard.message.headline.startswith(f"Array 0 {words}")
    assert [each.text for each in heard.transcripts] == [KLATT3[1]]


def test_an_unreadable_file_is_named(model: Any, tmp_path: Path):
    path = tmp_path / "no.wav"
    path.write_bytes(b"RIFF of nothing")
    assert hear(model, path).message.headline.startswith(f"{path} cannot be read as a recording")


def test_that_there_are_no_word_times_is_told(model: Any):
    heard = hear(model, KLATT3[0], timestamps=True)
    assert heard.ok
    assert heard.transcripts[0].words == ()
    assert "does not say when a word was said" in str(heard.message)


def test_both_kinds_of_model_transcribe_in_one_process_and_the_first_is_freed(fill: Fill):
    fill()
    texts, gone = [], None
    for name in ("canary-qwen-2.5b", "tiny", "canary-qwen-2.5b"):
        loaded = load_model(name, device="cpu", scan=False)
        assert loaded.ok, loaded.message
        gc.collect()
        assert gone is None or gone() is None
        texts.append(hear(loaded.model, KLATT3[0]).text)
        gone = weakref.ref(loaded.model)
        del loaded
    assert texts == [KLATT3[1]] * 3
