"""`transcribe` with the real NeMo: every kind of recording, and every way it can fail."""

from __future__ import annotations

import threading
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch

from winasr_doctor.asr import AudioError, read_audio, transcribe
from winasr_doctor.frameworks.nemo import calls
from winasr_doctor.locks import RetryPolicy

from .conftest import DATA, F3, KLATT3, Locks

RECORDING, TEXT = KLATT3
THIRD = DATA / "m3.wav", "close four seven up"
SHORT = RetryPolicy(total=0.1)


@pytest.fixture(scope="module")
def samples() -> Any:
    """Return the first recording's samples."""
    return soundfile.read(RECORDING, dtype="float32")[0]


def upsampled(samples: Any, rate: int) -> Any:
    """Bring samples from 16 kHz to another rate."""
    from math import gcd

    from scipy.signal import resample_poly

    common = gcd(rate, 16_000)
    return resample_poly(samples, rate // common, 16_000 // common)


def written(path: Path, samples: Any, rate: int, subtype: str) -> Path:
    soundfile.write(path, samples, rate, subtype=subtype)
    return path


def test_several_recordings_keep_their_order(model: Any):
    steps = []
    outcome = transcribe(
        model,
        [RECORDING, F3[0], THIRD[0]],
        batch_size=2,
        on_progress=lambda done, total: steps.append((done, total)),
    )
    assert outcome.status == "transcribed"
    assert [each.text for each in outcome.transcripts] == [TEXT, F3[1], THIRD[1]]
    assert [each.source for each in outcome.transcripts] == [
        str(RECORDING),
        str(F3[0]),
        str(THIRD[0]),
    ]
    assert outcome.text == f"{TEXT}\n{F3[1]}\n{THIRD[1]}"
    assert outcome.transcripts[0].duration == pytest.approx(1.41, abs=0.01)
    assert steps == [(2, 3), (3, 3)]
    assert outcome.message.headline == "3 recordings transcribed."


def test_words_have_their_times(model: Any):
    (transcript,) = transcribe(model, RECORDING, timestamps=True).transcripts
    assert [word.text for word in transcript.words] == TEXT.split()
    times = [time for word in transcript.words for time in (word.start, word.end)]
    assert times == sorted(times)
    assert times[-1] <= transcript.duration


def test_without_timestamps_there_are_no_words(model: Any):
    (transcript,) = transcribe(model, RECORDING).transcripts
    assert transcript.words == ()


@pytest.mark.parametrize(
    ("rate", "channels", "subtype"),
    [
        (44_100, 2, "PCM_16"),
        (16_000, 1, "PCM_U8"),
        (48_000, 2, "FLOAT"),
        (22_050, 1, "PCM_24"),
        (16_000, 6, "PCM_16"),
        (8_000, 1, "ULAW"),
    ],
)
def test_a_recording_of_any_rate_channels_and_sample_format(
    model: Any, samples: Any, tmp_path: Path, rate: int, channels: int, subtype: str
):
    data = np.stack([upsampled(samples, rate)] * channels, axis=1)
    outcome = transcribe(model, written(tmp_path / "a.wav", data, rate, subtype))
    assert outcome.status == "transcribed"
    if rate >= 16_000:  # the tiny model does not know telephones
        assert outcome.text == TEXT
    assert outcome.transcripts[0].duration == pytest.approx(1.41, abs=0.01)


def test_arrays_in_soundfiles_order_and_in_gradios(model: Any, samples: Any):
    integers = (samples * 32_767).astype(np.int16)
    stereo = np.stack([integers, integers], axis=1)
    given = [samples, (samples, 16_000), (16_000, integers), (stereo, np.int64(16_000)), stereo.T]
    outcome = transcribe(model, given)
    assert [each.text for each in outcome.transcripts] == [TEXT] * 5
    assert [each.source for each in outcome.transcripts] == [f"array {n}" for n in range(5)]


def test_what_is_read_is_mono_float32_at_16_khz(samples: Any, tmp_path: Path):
    stereo = np.stack([upsampled(samples, 44_100), np.zeros(len(upsampled(samples, 44_100)))], 1)
    got, duration, _ = read_audio(written(tmp_path / "a.wav", stereo, 44_100, "PCM_16"))
    assert (got.dtype, got.ndim) == (np.float32, 1)
    assert len(got) == pytest.approx(16_000 * duration, abs=2)
    assert np.abs(got[: len(samples)] - samples[: len(got)] / 2).max() < 0.05


def test_unsigned_bytes_are_centred():
    got, *_ = read_audio((np.array([0, 128, 255], np.uint8), 16_000))
    assert got == pytest.approx([-1.0, 0.0, 127 / 128])


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros(0, np.float32), "is empty: it has no samples"),
        (np.zeros((0, 2), np.float32), "is empty: it has no samples"),
        (np.array([0.0, np.nan, np.inf]), "2 of its 3 samples are not finite"),
        (np.zeros((2, 2, 2)), "not that of a recording"),
        (np.zeros((500, 500)), "not that of a recording"),
        (np.array(["a"]), "not samples"),
    ],
)
def test_an_array_that_is_no_recording_is_told(model: Any, array: Any, words: str):
    outcome = transcribe(model, array)
    assert outcome.status == "transcribe_failed"
    assert words in outcome.message.headline
    assert outcome.message.headline.startswith("Array 0 ")


def test_a_sample_rate_that_cannot_be_is_told():
    with pytest.raises(AudioError, match="sample rate of 0 Hz"):
        read_audio((np.zeros(100, np.float32), 0))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"no sound at all" * 100, "cannot be read as a recording"),
    ],
)
def test_a_file_that_is_no_recording_gets_one_sentence_that_names_it(
    model: Any, tmp_path: Path, content: bytes, words: str
):
    path = tmp_path / "talk.wav"
    path.write_bytes(content)
    outcome = transcribe(model, path)
    assert outcome.status == "transcribe_failed"
    assert isinstance(outcome.error, AudioError)
    assert outcome.error.path == str(path)
    assert str(path) in outcome.message.headline
    assert words in outcome.message.headline
    assert "\n" not in outcome.message.headline
    (remedy,) = outcome.message.remedies
    assert remedy.title == "Convert it to a 16 kHz mono wav"


def test_a_missing_file_and_a_folder_are_told_for_what_they_are(model: Any, tmp_path: Path):
    missing = transcribe(model, tmp_path / "no.wav")
    assert missing.message.headline == f"{tmp_path / 'no.wav'} does not exist."
    folder = transcribe(model, tmp_path)
    assert folder.message.headline == f"{tmp_path} is a folder, not a recording."


def test_a_recording_that_somebody_keeps_to_himself_is_told(model: Any, monkeypatch):
    from winasr_doctor.asr import audio_files

    def in_use(path: str, mode: str) -> Any:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(audio_files, "open", in_use, raising=False)
    outcome = transcribe(model, RECORDING, scan=False)
    assert "cannot be opened: another program has it open" in outcome.message.headline
    assert "winasr_doctor who" in outcome.message.remedies[0].steps[0]


def test_a_recording_that_is_cut_short_is_said_to_be(model: Any, tmp_path: Path):
    content = RECORDING.read_bytes()
    short = tmp_path / "short.wav"
    short.write_bytes(content[: len(content) // 2])
    whole = read_audio(RECORDING)
    outcome = transcribe(model, [short, RECORDING])
    first, second = outcome.transcripts
    assert first.duration + first.missing == pytest.approx(whole.duration, abs=0.001)
    assert (second.missing, whole.missing) == (0, 0)
    (note,) = [each for each in outcome.message.details if "is cut short" in each]
    assert note.startswith(str(short))


def test_a_recording_of_which_only_the_header_is_there_is_refused(tmp_path: Path):
    (tmp_path / "short.wav").write_bytes(RECORDING.read_bytes()[:44])
    with pytest.raises(AudioError, match="cut short"):
        read_audio(tmp_path / "short.wav")


def test_one_bad_file_does_not_lose_the_others(model: Any, tmp_path: Path):
    bad, missing = tmp_path / "bad.wav", tmp_path / "missing.wav"
    bad.write_bytes(b"x" * 1000)
    outcome = transcribe(model, [RECORDING, bad, F3[0], missing], batch_size=3)
    assert outcome.status == "transcribe_failed"
    assert [each.text for each in outcome.transcripts] == [TEXT, F3[1]]
    assert str(bad) in outcome.message.headline
    assert "2 of 4 recordings transcribed." in outcome.message.details
    assert f"{missing} does not exist." in outcome.message.details


class OutOfMemoryError(RuntimeError):
    """What torch raises on a GPU."""


@pytest.fixture
def out_of_memory(model: Any, monkeypatch) -> list[Any]:
    """Let the second forward pass fail; return weak references to its locals."""
    kept: list[Any] = []
    forward, calls = type(model)._transcribe_forward, []

    def failing(self: Any, batch: Any, config: Any) -> Any:
        calls.append(1)
        if len(calls) < 2:
            return forward(self, batch, config)
        activations = torch.zeros(1000)
        kept.append(weakref.ref(activations))
        raise OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    monkeypatch.setattr(type(model), "_transcribe_forward", failing)
    return kept


def test_out_of_memory_is_the_real_error_and_keeps_what_was_finished(
    model: Any, out_of_memory: list[Any], locks: Locks
):
    outcome = transcribe(model, [RECORDING, F3[0]], batch_size=1)
    assert outcome.status == "transcribe_failed"
    assert type(outcome.error) is OutOfMemoryError
    assert outcome.diagnosis.kind == "out-of-gpu-memory"
    assert outcome.message.headline.startswith("The GPU ran out of memory")
    assert [each.text for each in outcome.transcripts] == [TEXT]
    assert outcome.leftovers == ()


def test_the_failed_passes_locals_are_gone_while_the_outcome_lives(
    model: Any, out_of_memory: list[Any]
):
    outcome = transcribe(model, [RECORDING, F3[0]], batch_size=1)
    assert outcome.error is not None
    assert [reference() for reference in out_of_memory] == [None]


def test_the_model_works_after_a_failure(model: Any, out_of_memory: list[Any], monkeypatch):
    assert not transcribe(model, [RECORDING, F3[0]], batch_size=1).ok
    monkeypatch.undo()
    assert transcribe(model, RECORDING).text == TEXT


def test_texts_are_kept_when_the_cleanup_fails(model: Any, locks: Locks):
    locks.lock("tmp*")
    outcome = transcribe(model, RECORDING, policy=SHORT, scan=False)
    assert outcome.status == "transcribed_cleanup_failed"
    assert outcome.ok
    assert outcome.text == TEXT
    assert outcome.error is None
    assert len(outcome.attempts) > 1
    assert outcome.leftovers
    assert "could not be removed" in outcome.message.headline


def test_nothing_is_left_on_the_disk(model: Any, scratch: Path):
    assert transcribe(model, [RECORDING, F3[0]]).ok
    assert list(scratch.iterdir()) == []


@pytest.fixture
def takes_files(monkeypatch) -> list[list[str]]:
    """Let the model be one that needs files, as Canary does; return the paths it was given."""
    given: list[list[str]] = []
    batch = calls.transcribe_batch

    def noted(model: Any, inputs: Any, **options: Any) -> Any:
        given.append(list(inputs))
        assert all(soundfile.info(path).samplerate == 16_000 for path in inputs)
        return batch(model, inputs, **options)

    monkeypatch.setattr(calls, "needs_files", lambda _model: True)
    monkeypatch.setattr(calls, "transcribe_batch", noted)
    return given


def test_a_model_that_needs_files_gets_files_that_are_gone_afterwards(
    model: Any, takes_files: list[list[str]], scratch: Path
):
    outcome = transcribe(model, [RECORDING, F3[0]])
    assert [each.text for each in outcome.transcripts] == [TEXT, F3[1]]
    assert [each.source for each in outcome.transcripts] == [str(RECORDING), str(F3[0])]
    assert [len(paths) for paths in takes_files] == [2]
    assert len(outcome.cleanups) == 2
    assert list(scratch.iterdir()) == []


def test_long_recordings_are_cut_for_such_a_model(
    model: Any, samples: Any, takes_files: list[list[str]], monkeypatch
):
    monkeypatch.setattr(calls, "LONG", 3.0)
    twice = np.concatenate([samples, np.zeros(8_000, np.float32), samples])
    outcome = transcribe(model, [RECORDING, twice, F3[0]])
    assert [each.text for each in outcome.transcripts] == [TEXT, f"{TEXT} {TEXT}", F3[1]]
    assert [len(paths) for paths in takes_files] == [2, 1, 1]


def test_files_of_ours_that_cannot_be_removed_are_told(
    model: Any, takes_files: list[list[str]], locks: Locks
):
    locks.lock("0.wav")
    outcome = transcribe(model, RECORDING, policy=SHORT, scan=False)
    assert outcome.status == "transcribed_cleanup_failed"
    assert outcome.text == TEXT
    assert [left.path.rpartition("/")[2] for left in outcome.leftovers] == ["0.wav"]


def test_an_option_that_the_model_does_not_have_is_an_outcome(model: Any):
    outcome = transcribe(model, RECORDING, source_lang="en")
    assert outcome.status == "transcribe_failed"
    assert "source_lang" in str(outcome.message)
    assert outcome.diagnosis.id == "transcribe-old-argument"


def test_a_failing_progress_callback_does_no_harm(model: Any, monkeypatch):
    from winasr_doctor.asr import transcribe_progress

    logged = []  # not caplog: NeMo changes the level of every handler while it transcribes
    monkeypatch.setattr(transcribe_progress.log, "exception", logged.append)

    def on_progress(done: int, total: int) -> None:
        raise ValueError("the page is gone")

    assert transcribe(model, RECORDING, on_progress=on_progress).text == TEXT
    assert logged == ["on_progress failed"]


def test_the_callback_is_called_in_the_workers_thread(model: Any):
    threads = []
    transcribe(model, RECORDING, on_progress=lambda *_: threads.append(threading.current_thread()))
    assert threads[0] is not threading.current_thread()


def test_canary_is_known_to_need_files(model: Any):
    from nemo.collections.asr.models import EncDecMultiTaskModel

    assert calls.needs_files(EncDecMultiTaskModel.__new__(EncDecMultiTaskModel))
    assert not calls.needs_files(model)
