"""Cuts a recording of any length at silences into pieces that a model accepts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from winasr_doctor.asr.audio import SAMPLE_RATE

_LAST = 0.25
"""The last piece's length at least, as a share of the longest: models tend to hear words in a
isolated moment of silence."""

PAUSE = 0.2
"""Seconds of silence that surely lie between words: the closure of a `t` or `p` is shorter."""

_FRAME = 0.02
_QUIET = 10.0
"""A frame is silent if its energy is at most this many times that of the quietest one (10 dB)."""
_INAUDIBLE = 1e-8
_PARTS = (0.75, 0.5)
"""Where the search begins, as a share of the longest piece: first near the end."""


class Piece(NamedTuple):
    """A part of a recording.

    Attributes:
        samples: Mono, float32, 16 kHz.
        start: Seconds from the start of the recording.
    """

    samples: Any
    start: float

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.samples) / SAMPLE_RATE


class Cutter:
    """Cuts a stream of samples into pieces, and holds little more than one of them.

    Args:
        blocks: Arrays of mono float32 samples at 16 kHz, of any lengths.
        longest: Seconds that a piece has at most; it may be lowered between two pieces.
    """

    def __init__(self, blocks: Iterator[Any], longest: float) -> None:
        self.longest = longest
        self._blocks = blocks

    def __iter__(self) -> Iterator[Piece]:
        """Yield the pieces in order; together they make up the recording."""
        import numpy as np

        held, start, more = np.zeros(0, np.float32), 0, True
        while True:
            most = int(self.longest * SAMPLE_RATE)
            least = int(_LAST * most)
            while more and len(held) <= most + least:
                block = next(self._blocks, None)
                more = block is not None
                held = np.concatenate((held, block)) if more else held
            if len(held) <= most:
                if len(held):
                    yield Piece(held, start / SAMPLE_RATE)
                return
            end = _end_of_piece(held[: min(most, len(held) - least)])
            yield Piece(held[:end], start / SAMPLE_RATE)
            held, start = held[end:], start + end


def in_two(piece: Piece) -> tuple[Piece, Piece]:
    """Cut a piece near its middle, at a silence."""
    count = len(piece.samples)
    place, _ = _silence(piece.samples, count // 4, count - count // 4)
    first, second = piece.samples[:place], piece.samples[place:]
    return Piece(first, piece.start), Piece(second, piece.start + place / SAMPLE_RATE)


def _end_of_piece(samples: Any) -> int:  # noqa: ANN401 - numpy
    """Return where to end a piece that could be as long as these samples."""
    found = [_silence(samples, int(len(samples) * part), len(samples)) for part in _PARTS]
    surely = [place for place, seconds in found if seconds >= PAUSE]
    return surely[0] if surely else max(found, key=lambda each: each[1])[0]


def _silence(samples: Any, first: int, last: int) -> tuple[int, float]:  # noqa: ANN401
    """Return the middle of the longest silence in a range, and its length in seconds.

    Of several equally long ones, this is the last.
    """
    import numpy as np

    width = int(_FRAME * SAMPLE_RATE)
    count = (last - first) // width
    if count < 1:
        return last, 0.0
    frames = samples[first : first + count * width].astype(np.float64).reshape(count, width)
    energy = np.square(frames).mean(1)
    quiet = np.flatnonzero(energy <= _QUIET * max(energy.min(), _INAUDIBLE))
    runs = np.split(quiet, np.flatnonzero(np.diff(quiet) > 1) + 1)
    longest = max(reversed(runs), key=len)
    place = first + int(longest[0] + longest[-1] + 1) * width // 2
    return place, len(longest) * _FRAME
