"""Long recordings: cut at silences, transcribed piece by piece, with nothing lost at the seams."""

from __future__ import annotations

import random
import threading
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from winasr_doctor.asr import (
    TranscribeProgress,
    audio_files,
    audio_stream,
    piece_length,
    transcribe,
)
from winasr_doctor.asr.audio_stream import opened
from winasr_doctor.asr.cutting import Cutter, Piece, in_two

from .conftest import DATA, F3, KLATT3

RATE = 16_000
PHRASES = (KLATT3, F3, (DATA / "m3.wav", "close four seven up"))
CLIPS = [(soundfile.read(path, dtype="float32")[0], text) for path, text in PHRASES]


def spoken(seconds: float, seed: int = 0, noise: float = 0.0) -> tuple[Any, str]:
    """Return a recording of at least so many seconds, and its text."""
    choose = random.Random(seed)  # noqa: S311
    parts, texts, count = [], [], 0
    while count < seconds * RATE:
        clip, text = choose.choice(CLIPS)
        pause = np.zeros(int(choose.uniform(0.25, 1.0) * RATE), np.float32)
        parts += [clip, pause]
        texts.append(text)
        count += len(clip) + len(pause)
    samples = np.concatenate(parts)
    hiss = np.random.default_rng(seed).standard_normal(len(samples)) * noise
    return (samples + hiss).astype(np.float32), " ".join(texts)


@pytest.fixture
def short_pieces(monkeypatch) -> Callable[[float], None]:
    """Return a function that sets how many seconds a piece may have."""
    return lambda seconds: monkeypatch.setattr(piece_length, "LONGEST", seconds)


def in_blocks(samples: Any, size: int = 7_001) -> Any:
    return (samples[at : at + size] for at in range(0, len(samples), size))


def cut(samples: Any, longest: float) -> list[Piece]:
    return list(Cutter(in_blocks(samples), longest))


@pytest.mark.parametrize("seed", range(12))
def test_the_pieces_say_the_same_as_the_whole_at_the_same_times(model: Any, short_pieces, seed):
    samples, text = spoken(20, seed)
    (whole,) = transcribe(model, samples, timestamps=True).transcripts
    short_pieces(5.0 + seed)
    (pieces,) = transcribe(model, samples, timestamps=True).transcripts
    assert pieces.text == whole.text == text
    assert [word.text for word in pieces.words] == text.split()
    for mine, theirs in zip(pieces.words, whole.words, strict=True):
        assert mine.start == pytest.approx(theirs.start, abs=0.17)  # two of the model's frames
        assert mine.end == pytest.approx(theirs.end, abs=0.25)
    starts = [word.start for word in pieces.words]
    assert starts == sorted(starts)
    assert pieces.duration == pytest.approx(len(samples) / RATE)


def test_a_file_of_another_rate_is_read_in_blocks_with_the_same_text(
    model: Any, short_pieces, tmp_path: Path
):
    import soxr

    samples, text = spoken(25)
    stereo = np.stack([soxr.resample(samples, RATE, 44_100)] * 2, axis=1)
    soundfile.write(tmp_path / "talk.flac", stereo, 44_100)
    short_pieces(8.0)
    (heard,) = transcribe(model, tmp_path / "talk.flac").transcripts
    assert heard.text == text
    assert heard.duration == pytest.approx(len(samples) / RATE, abs=0.01)


@pytest.mark.parametrize("noise", [0.0, 0.003])
@pytest.mark.parametrize("longest", [5.0, 7.3, 17.0, 60.0])
def test_pieces_make_up_the_recording_and_are_cut_at_silences(longest: float, noise: float):
    samples, _ = spoken(90, 3, noise)
    pieces = cut(samples, longest)
    assert np.array_equal(np.concatenate([piece.samples for piece in pieces]), samples)
    assert max(piece.seconds for piece in pieces) <= longest
    assert min(piece.seconds for piece in pieces) >= 0.9
    for piece in pieces[1:]:
        at = int(piece.start * RATE)
        assert np.abs(samples[at - 1_600 : at + 1_600]).max() < 0.02, piece.start


def test_a_cut_falls_into_the_last_pause_of_a_piece():
    noise = np.random.default_rng(1).standard_normal(60 * RATE).astype(np.float32)
    for second in (10, 32, 35, 45):
        noise[second * RATE : (second + 1) * RATE] = 0
    first, *_rest = cut(noise, 40.0)
    assert 35.4 <= first.seconds <= 35.6


def test_sound_without_a_pause_is_cut_all_the_same():
    noise = np.random.default_rng(1).standard_normal(100 * RATE).astype(np.float32)
    pieces = cut(noise, 40.0)
    assert np.array_equal(np.concatenate([piece.samples for piece in pieces]), noise)
    assert len(pieces) <= 4


def test_what_fits_is_not_cut():
    assert len(cut(np.zeros(40 * RATE, np.float32), 40.0)) == 1


def test_a_piece_is_cut_in_two_at_a_silence():
    samples, _ = spoken(10, 1)
    first, second = in_two(Piece(samples, 100.0))
    assert np.array_equal(np.concatenate([first.samples, second.samples]), samples)
    assert second.start == pytest.approx(100 + first.seconds)
    assert np.abs(samples[len(first.samples) - 800 : len(first.samples) + 800]).max() < 0.02


def test_digital_silence_is_not_given_to_the_model(model: Any, short_pieces, monkeypatch):
    def never(*_given: Any) -> Any:
        raise AssertionError

    monkeypatch.setattr(type(model), "_transcribe_forward", never)
    short_pieces(6.0)
    assert transcribe(model, np.zeros(20 * RATE, np.float32)).text == ""


def test_progress_is_told_after_each_piece_with_the_growing_text(model: Any, short_pieces):
    samples, text = spoken(40)
    told: list[TranscribeProgress] = []
    short_pieces(8.0)
    transcribe(model, [samples, F3[0]], batch_size=1, on_progress=told.append)
    assert all(isinstance(each, TranscribeProgress) for each in told)
    growing = [each.transcript.text for each in told if each.recordings_done == 0]
    assert len(growing) > 4
    assert all(text.startswith(each) for each in growing)
    assert [each.share for each in told] == sorted(each.share for each in told)
    last = told[-1]
    assert (last.recordings_done, last.recordings, last.share, last.remaining) == (2, 2, 1.0, 0.0)
    assert last.pieces_done == last.pieces
    assert last.seconds_done == pytest.approx(last.seconds)
    assert last.speed == pytest.approx(last.seconds / last.elapsed)
    assert all(0 <= each.transcript.untranscribed < 45 for each in told)


def test_a_cancel_ends_the_work_within_a_piece_and_keeps_what_was_done(model: Any, short_pieces):
    samples, text = spoken(60)
    cancel, done = threading.Event(), threading.Event()
    forward, passes = type(model)._transcribe_forward, []

    def slow(self: Any, *given: Any) -> Any:
        passes.append(1)
        if len(passes) == 3:
            cancel.set()
            done.wait(60)  # until the caller is back
        return forward(self, *given)

    short_pieces(6.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(model), "_transcribe_forward", slow)
        outcome = transcribe(model, samples, cancel=cancel, timestamps=True, names=["talk.wav"])
        done.set()
        again = transcribe(model, KLATT3[0], timeout=120)
    assert again.text == KLATT3[1]
    assert len(passes) == 4  # the third piece was finished, no fourth was begun
    assert outcome.transcripts == ()
    (begun,) = outcome.unfinished
    assert begun.source == "talk.wav"
    assert text.startswith(begun.text)
    assert len(begun.text.split()) == len(begun.words) > 8
    assert 40 < begun.untranscribed < 58
    assert any("talk.wav is kept" in each for each in outcome.message.details)


class OutOfMemoryError(RuntimeError):
    """What torch raises on a GPU."""


@pytest.fixture
def little_memory(model: Any, monkeypatch) -> list[float]:
    """Let the model run out of memory on more than 12 s; return the seconds of each pass."""
    tried: list[float] = []
    forward = type(model)._transcribe_forward

    def limited(self: Any, batch: Any, config: Any) -> Any:
        tried.append(batch[0].numel() / RATE)
        if tried[-1] > 12:
            raise OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return forward(self, batch, config)

    monkeypatch.setattr(type(model), "_transcribe_forward", limited)
    return tried


def test_a_piece_that_does_not_fit_is_halved_and_the_next_are_shorter(
    model: Any, little_memory: list[float]
):
    samples, text = spoken(120)
    outcome = transcribe(model, samples, timestamps=True)
    assert outcome.text == text
    assert [word.text for word in outcome.transcripts[0].words] == text.split()
    assert sum(seconds > 12 for seconds in little_memory) <= 6


def test_recordings_that_do_not_fit_together_are_given_one_by_one(
    model: Any, little_memory: list[float]
):
    clips = [spoken(8, seed) for seed in range(3)]
    outcome = transcribe(model, [samples for samples, _ in clips])
    assert [each.text for each in outcome.transcripts] == [text for _, text in clips]


def test_little_free_memory_means_short_pieces(model: Any, monkeypatch):
    monkeypatch.setattr(piece_length, "_free_memory", lambda _model: 32_000_000)
    assert piece_length.longest_piece(model, 1) == pytest.approx(20.0)
    assert piece_length.longest_piece(model, 4) == pytest.approx(10.0)
    monkeypatch.setattr(piece_length, "_free_memory", lambda _model: 10)
    assert piece_length.longest_piece(model, 4) == 5.0


def test_a_file_that_breaks_off_keeps_its_beginning(
    model: Any, short_pieces, tmp_path: Path, monkeypatch
):
    samples, text = spoken(40)
    soundfile.write(tmp_path / "talk.wav", samples, RATE)

    def breaking(_file: Any) -> Any:
        yield samples[: 25 * RATE]
        raise soundfile.LibsndfileError(1, "the drive is gone: ")

    short_pieces(8.0)
    monkeypatch.setattr(audio_stream, "_blocks", breaking)
    outcome = transcribe(model, [tmp_path / "talk.wav", KLATT3[0]], names=["talk.wav", "b.wav"])
    assert [each.source for each in outcome.transcripts] == ["b.wav"]
    assert outcome.message.headline.startswith("talk.wav cannot be read as a recording")
    (refused,) = outcome.refused
    assert refused.source == "talk.wav"
    (begun,) = outcome.unfinished
    assert text.startswith(begun.text)
    assert 15 < begun.untranscribed < 25


def test_a_long_file_with_samples_that_are_no_numbers_is_refused_before_the_work(
    model: Any, short_pieces, tmp_path: Path
):
    samples, _ = spoken(12)
    samples[-5:] = np.nan
    soundfile.write(tmp_path / "talk.wav", samples, RATE, subtype="FLOAT")
    short_pieces(4.0)
    outcome = transcribe(model, tmp_path / "talk.wav")
    assert f"5 of its {len(samples)} samples are not finite" in outcome.message.headline
    assert outcome.unfinished == ()


def test_reading_holds_no_more_of_an_hour_than_of_a_minute(tmp_path: Path):
    def peak(minutes: int) -> int:
        path = tmp_path / f"{minutes}.wav"
        minute = np.zeros(60 * 8_000, np.int16)
        with soundfile.SoundFile(path, "w", 8_000, 1) as file:
            for _ in range(minutes):
                file.write(minute)
        tracemalloc.start()
        with opened(str(path), "talk.wav") as stream:
            assert sum(piece.seconds for piece in Cutter(stream.blocks, 60.0)) == 60 * minutes
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(30) < 1.2 * peak(3)


def test_ffmpeg_is_only_named_where_it_is(monkeypatch):
    monkeypatch.setattr(audio_files, "find", lambda _name: "/usr/bin/ffmpeg")
    assert 'ffmpeg -i "talk.m4a"' in str(audio_files.convert("talk.m4a").steps)
    monkeypatch.setattr(audio_files, "find", lambda _name: None)
    assert "ffmpeg" not in str(audio_files.convert("talk.m4a").steps)


@pytest.mark.parametrize(
    ("names", "error"), [(["a", "b"], ValueError), ("a", TypeError), ([1], TypeError)]
)
def test_names_must_fit_the_recordings(model: Any, names: Any, error: type[Exception]):
    with pytest.raises(error):
        transcribe(model, np.zeros(RATE, np.float32), names=names)


def test_the_command_writes_subtitles_of_a_long_recording(tmp_path: Path, capsys, model: Any):
    from winasr_doctor.cli import main

    samples, text = spoken(70)
    soundfile.write(tmp_path / "talk.wav", samples, RATE)
    (tmp_path / "bad.wav").write_bytes(b"no sound" * 99)
    files = [str(tmp_path / name) for name in ("talk.wav", "bad.wav")]
    with pytest.raises(SystemExit) as stopped:
        main(["transcribe", *files, "--model", "tiny", "--format", "txt,srt", "-o", f"{tmp_path}/"])
    told = capsys.readouterr()
    assert (stopped.value.code, told.out) == (2, "")
    assert "bad.wav cannot be read as a recording" in told.err
    assert "x real time" in told.err
    assert (tmp_path / "talk.txt").read_text(encoding="utf-8") == f"{text}\n"
    assert (tmp_path / "talk.srt").read_text(encoding="utf-8").count(" --> ") > 5
