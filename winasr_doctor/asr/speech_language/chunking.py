"""Cuts a long recording at quiet places into pieces that a model accepts."""

from __future__ import annotations

from typing import Any

from winasr_doctor.asr.audio import SAMPLE_RATE

WINDOW = 0.1
"""Seconds over which loudness is measured; a pause between words is about as long."""

SEARCHED = 0.25
"""The last part of a piece, which is searched for a quiet place."""


def pieces(samples: Any, longest: float) -> list[Any]:  # noqa: ANN401 - numpy arrays
    """Cut a recording into as few pieces as possible without cutting through a word.

    Args:
        samples: Mono float32 at 16 kHz, of shape (samples,).
        longest: The longest piece, in seconds.

    Returns:
        The pieces in order; together they make up the recording.
    """
    most, found, begin = int(longest * SAMPLE_RATE), [], 0
    while len(samples) - begin > most:
        earliest = begin + int(most * (1 - SEARCHED))
        end = earliest + _quietest(samples[earliest : begin + most])
        found.append(samples[begin:end])
        begin = end
    return [*found, samples[begin:]]


def _quietest(samples: Any) -> int:  # noqa: ANN401
    """Return the middle of the quietest window; of several equal ones, the last."""
    import numpy as np

    width = int(WINDOW * SAMPLE_RATE)
    count = len(samples) // width
    if count < 1:
        return len(samples)
    energy = np.square(samples[: count * width].astype(np.float64)).reshape(count, width).sum(1)
    last = count - 1 - int(np.argmin(energy[::-1]))
    return last * width + width // 2
