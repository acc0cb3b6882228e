"""Measures how loud a recording is from moment to moment, for a picture of it."""

from __future__ import annotations

from typing import Any

BARS = 240
"""How many bars a picture has."""

_SHORT = 120.0
"""Seconds up to which all samples are read; of longer recordings, a part of each bar's."""

_PART = 0.1
"""Seconds read for each bar then: an hour takes well under a second."""


def loudness(path: str) -> tuple[float, ...]:
    """Return how loud a recording is, from 0 to 1, in `BARS` equal parts.

    Args:
        path: The recording.

    Returns:
        The peak of each part, relative to the loudest; empty if the recording cannot be read.
    """
    try:
        return _peaks(path)
    except Exception:  # noqa: BLE001 - transcribing meets the reason and says it
        return ()


def _peaks(path: str) -> tuple[float, ...]:
    import soundfile

    with soundfile.SoundFile(path) as file:
        step = file.frames / BARS
        whole = file.frames / file.samplerate <= _SHORT
        count = max(1, int(step if whole else _PART * file.samplerate))
        peaks = [_peak(file, int(bar * step), count) for bar in range(BARS)]
    most = max(peaks)
    return tuple(peak / most for peak in peaks) if most else (0.0,) * BARS


def _peak(file: Any, first: int, count: int) -> float:  # noqa: ANN401 - a SoundFile
    file.seek(first)
    samples = file.read(count, dtype="float32", always_2d=True)
    return float(abs(samples).max(initial=0.0))
