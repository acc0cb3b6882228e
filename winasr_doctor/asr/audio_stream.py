"""Reads long recordings block by block, so that memory does not grow with their length."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from winasr_doctor.asr import audio
from winasr_doctor.asr.audio import SAMPLE_RATE, Source
from winasr_doctor.asr.audio_files import opened_file, reading

BLOCK = 10.0
"""Seconds read at once."""


class AudioStream(NamedTuple):
    """An open recording.

    Attributes:
        blocks: Its samples in order: mono, float32, 16 kHz.
        duration: Seconds, by the file's header.
        missing: Seconds that the file's header announces beyond those in the file.
    """

    blocks: Iterator[Any]
    duration: float
    missing: float


def seconds_of(source: Source) -> float:
    """Return a recording's length in seconds by its header, without reading all of it.

    Args:
        source: As for `read_audio`.

    Returns:
        The length; 0 if it is not known: whoever reads the recording later meets the reason.
    """
    try:
        if isinstance(source, str):
            import soundfile

            return float(soundfile.info(source).duration)
        array, rate = audio.given(source)
        return max(array.shape, default=0) / rate
    except Exception:  # noqa: BLE001 - a library's or a damaged file's own
        return 0.0


@contextmanager
def opened(source: Source, name: str) -> Iterator[AudioStream]:
    """Open a recording for the block.

    Args:
        source: As for `read_audio`.
        name: What to call it in errors.

    Yields:
        The stream. Reading it may raise an `AudioError`.

    Raises:
        AudioError: It cannot be read.
    """
    if not isinstance(source, str):
        whole = audio.read_audio(source, name)
        yield AudioStream(iter((whole.samples,)), whole.duration, 0.0)
        return
    with opened_file(source, name) as (file, share):
        audio.check_rate(file.samplerate, name, source)
        if file.subtype in ("FLOAT", "DOUBLE"):  # only these can hold NaN
            with reading(source, name):
                audio.check_samples(_blocks(file), name, source)
                file.seek(0)
        duration = file.frames / file.samplerate
        yield AudioStream(_explained(file, name, source), duration, duration * share / (1 - share))


def _blocks(file: Any) -> Iterator[Any]:  # noqa: ANN401 - a soundfile.SoundFile
    frames = int(BLOCK * file.samplerate)
    for block in file.blocks(frames, dtype="float32", always_2d=True):
        yield block.mean(axis=1)


def _explained(file: Any, name: str, path: str) -> Iterator[Any]:  # noqa: ANN401
    blocks = _at_16_khz(_blocks(file), file.samplerate)
    while True:
        with reading(path, name):
            block = next(blocks, None)
        if block is None:
            return
        yield block


def _at_16_khz(blocks: Iterator[Any], rate: int) -> Iterator[Any]:
    import numpy as np

    if rate == SAMPLE_RATE:
        yield from blocks
        return
    try:
        import soxr
    except ImportError:  # scipy has no resampler for streams
        yield audio.resampled(np.concatenate(list(blocks)), rate).astype(np.float32)
        return
    stream = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32")
    for block in blocks:
        yield stream.resample_chunk(block)
    yield stream.resample_chunk(np.zeros(0, np.float32), last=True)
