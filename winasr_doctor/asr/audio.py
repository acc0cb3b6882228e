"""Reads recordings in the form that NeMo's models expect: mono, float32, 16 kHz.

There are three reasons to read them here and not in NeMo. In NeMo, a recording with two channels
ends in a `TypeError` ("Input shape mismatch"), which a failing cleanup then hides on Windows.
Arrays are transcribed without any file that could be locked. And the error for an unreadable
recording can name it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from math import gcd
from typing import Any, NamedTuple

from winasr_doctor.asr.audio_files import convert, opened_file, reading
from winasr_doctor.asr.errors import AudioError

SAMPLE_RATE = 16_000
"""The sample rate in hertz that all known models expect."""

MOST_CHANNELS = 64
"""An array with more channels is not a recording but some other matrix."""

_HIGHEST_RATE = 10_000_000

Source = Any
"""A path, an array of samples at 16 kHz, or an array and its sample rate in either order."""


class AudioRecording(NamedTuple):
    """One recording, ready for NeMo.

    Attributes:
        samples: Mono, float32, 16 kHz; a numpy array of shape (samples,).
        duration: Seconds.
        missing: Seconds that the file's header announces beyond those.
    """

    samples: Any
    duration: float
    missing: float = 0.0


def read_audio(source: Source, name: str | None = None) -> AudioRecording:
    """Read a recording, mix it to mono and resample it to 16 kHz.

    Args:
        source: A path to anything libsndfile reads (wav, flac, ogg, mp3 ...), or samples: an array
            at 16 kHz, or a pair of array and sample rate in Hz, in soundfile's order or in
            Gradio's. Integer samples are scaled by their type's range, floats are used unchanged.
            If there are two axes, the shorter one is the channels, or the second one if they are
            equal.
        name: What to call it in errors; by default its path, or `The array`.

    Returns:
        The samples, the duration in seconds, and how many seconds are missing from a truncated
        file.

    Raises:
        AudioError: It cannot be read, has no samples, or has samples that are not numbers: those
            would silently make the whole text wrong.
        TypeError: It is none of these.
    """
    if not isinstance(source, (str, os.PathLike)):
        return _prepared(*given(source), name or "The array", None)
    path = os.fspath(source)
    name = name or path
    with opened_file(path, name) as (file, share):
        with reading(path, name):
            samples = file.read(dtype="float32", always_2d=True)
        whole = _prepared(samples, file.samplerate, name, path)
    return whole._replace(missing=whole.duration * share / (1 - share))


def as_sources(audio: Source) -> list[Source]:
    """Return a list of recordings from one recording or several.

    Relative paths become absolute at once: NeMo changes the current directory while it loads.

    Raises:
        TypeError: An item is not a recording.
        ValueError: The list is empty.
    """
    several = isinstance(audio, (list, tuple)) and not _is_pair(audio)
    sources = list(audio) if several else [audio]
    if not sources:
        raise ValueError("audio is an empty list: give at least one recording")
    return [_checked(source) for source in sources]


def name_of(source: Source, index: int) -> str:
    """Return a recording's display name: its path, or `array N`."""
    return source if isinstance(source, str) else f"array {index}"


def _checked(source: Source) -> Source:
    if isinstance(source, (str, os.PathLike)):
        path = os.fspath(source)
        if isinstance(path, str) and path:
            return os.path.abspath(os.path.expanduser(path))  # noqa: PTH100, PTH111
    elif _is_pair(source) or _is_array(source):
        return source
    kind = "an empty text" if source == "" else type(source).__name__
    raise TypeError(
        "audio must be a path, an array, a pair of array and sample rate, or a list of these,"
        f" not {kind}"
    )


def _is_array(value: object) -> bool:
    return hasattr(value, "__array__") and hasattr(value, "dtype") and hasattr(value, "shape")


def _is_rate(value: object) -> bool:
    return not isinstance(value, bool) and hasattr(value, "__index__") and not _is_array_like(value)


def _is_array_like(value: object) -> bool:
    return _is_array(value) and len(getattr(value, "shape", ())) > 0


def _is_pair(value: object) -> bool:
    if not isinstance(value, tuple) or len(value) != 2:  # noqa: PLR2004 - a pair
        return False
    first, second = value
    return (_is_array_like(first) and _is_rate(second)) or (
        _is_rate(first) and _is_array_like(second)
    )


def given(source: Source) -> tuple[Any, int]:
    """Return a recording's array and its sample rate in Hz.

    Raises:
        TypeError: It is neither an array nor a pair of array and sample rate.
    """
    if _is_pair(source):
        first, second = source
        array, rate = (first, second) if _is_array_like(first) else (second, first)
        return array, int(rate)
    if _is_array(source):
        return source, SAMPLE_RATE
    _checked(source)
    raise TypeError("audio must be a path, an array or a pair of array and sample rate")


def _prepared(samples: Any, rate: int, name: str, path: str | None) -> AudioRecording:  # noqa: ANN401
    import numpy as np

    check_rate(rate, name, path)
    array = _scaled(np.asarray(_on_cpu(samples)), name, path)
    mono = _mono(array, name, path)
    check_samples([mono], name, path)
    samples = np.ascontiguousarray(resampled(mono, rate), dtype=np.float32)
    return AudioRecording(samples, mono.size / rate)


def check_rate(rate: int, name: str, path: str | None) -> None:
    """Reject an impossible sample rate.

    Raises:
        AudioError: The rate in Hz cannot be that of a recording.
    """
    if not 0 < rate <= _HIGHEST_RATE:
        raise AudioError(f"{name} has a sample rate of {rate} Hz, which no recording has.", path)


def check_samples(blocks: Iterable[Any], name: str, path: str | None) -> None:
    """Reject a recording that has no samples, or some that are not numbers.

    Args:
        blocks: All samples, in one array or several.
        name: What to call the recording in errors.
        path: The file; `None` for an array.

    Raises:
        AudioError: It is one of these.
    """
    import numpy as np

    count = wrong = 0
    for block in blocks:
        count += block.size
        wrong += int(block.size - np.isfinite(block).sum())
    if count == 0:
        raise AudioError(f"{name} is empty: it has no samples.", path)
    if wrong:
        sentence = f"{name} is damaged: {wrong} of its {count} samples are not finite numbers."
        raise AudioError(sentence, path, (convert(name),))


def _on_cpu(samples: Any) -> Any:  # noqa: ANN401 - a numpy array or a torch tensor
    detach = getattr(samples, "detach", None)
    return samples if detach is None else detach().cpu().numpy()


def _scaled(array: Any, name: str, path: str | None) -> Any:  # noqa: ANN401 - numpy
    """Scale integers into -1 ... 1 by the range of their type."""
    import numpy as np

    if array.dtype.kind == "f":
        return array.astype(np.float64 if array.dtype.itemsize > 4 else np.float32)  # noqa: PLR2004
    if array.dtype.kind not in "iu":
        raise AudioError(f"{name} holds {array.dtype} values, not samples.", path)
    limits = np.iinfo(array.dtype)
    half = (float(limits.max) - float(limits.min) + 1) / 2
    middle = half if array.dtype.kind == "u" else 0.0
    return ((array.astype(np.float64) - middle) / half).astype(np.float32)


def _mono(array: Any, name: str, path: str | None) -> Any:  # noqa: ANN401 - numpy
    if array.ndim == 1:
        return array
    if array.ndim != 2:  # noqa: PLR2004 - samples and channels
        raise AudioError(f"{name} has the shape {array.shape}, not that of a recording.", path)
    channels = 0 if array.shape[0] < array.shape[1] else 1
    if array.shape[channels] > MOST_CHANNELS:
        raise AudioError(f"{name} has the shape {array.shape}, not that of a recording.", path)
    return array.reshape(-1) if array.size == 0 else array.mean(axis=channels)


def resampled(mono: Any, rate: int) -> Any:  # noqa: ANN401 - numpy
    """Return samples of this rate in Hz at 16 kHz."""
    if rate == SAMPLE_RATE:
        return mono
    try:
        import soxr
    except ImportError:
        from scipy.signal import resample_poly

        common = gcd(rate, SAMPLE_RATE)
        return resample_poly(mono, SAMPLE_RATE // common, rate // common)
    return soxr.resample(mono, rate, SAMPLE_RATE)
