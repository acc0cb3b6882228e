"""How far a transcription is: recordings, pieces, seconds, speed and the text so far."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from winasr_doctor.asr.outcomes import Transcript

log = logging.getLogger("winasr_doctor.loader")


@dataclass(frozen=True, slots=True)
class TranscribeProgress:
    """How far a transcription is.

    Attributes:
        recordings_done: Recordings that are finished, or cannot be read.
        recordings: Number of recordings.
        pieces_done: Pieces transcribed.
        pieces: Number of pieces; an estimate, as recordings are cut where there is silence.
        seconds_done: Seconds of audio transcribed.
        seconds: Total seconds of audio.
        elapsed: Seconds since the transcription began, without the wait for other calls.
        transcript: The recording that was worked on last, as far as its text is known.
    """

    recordings_done: int
    recordings: int
    pieces_done: int
    pieces: int
    seconds_done: float
    seconds: float
    elapsed: float
    transcript: Transcript | None = None

    @property
    def share(self) -> float:
        """The share of the audio that is transcribed, from 0 to 1."""
        return min(1.0, self.seconds_done / self.seconds) if self.seconds else 0.0

    @property
    def speed(self) -> float | None:
        """Seconds of audio transcribed in each second; `None` before the first piece."""
        return self.seconds_done / self.elapsed if self.seconds_done and self.elapsed else None

    @property
    def remaining(self) -> float | None:
        """Seconds that the rest will take at this speed; `None` before the first piece."""
        left = max(0.0, self.seconds - self.seconds_done)
        return left / self.speed if self.speed else None


OnProgress = Callable[[TranscribeProgress], object] | Callable[[int, int], object]
"""Called in the worker's thread with the progress after each piece. A function of two arguments, as
in 0.1, is called with the number of finished recordings and the total."""


class Listener:
    """Calls `on_progress`, whatever its form, and survives its errors."""

    def __init__(self, on_progress: OnProgress | None) -> None:
        self._call: Callable[..., Any] | None = on_progress
        self._of_two = on_progress is not None and _takes_two(on_progress)

    def after_piece(self, progress: TranscribeProgress) -> None:
        """Report that a piece, or a group of short recordings, is transcribed."""
        if not self._of_two:
            self._tell(progress)

    def after_batch(self, progress: TranscribeProgress) -> None:
        """Report that a batch of recordings is finished."""
        if self._of_two:
            self._tell(progress.recordings_done, progress.recordings)
        else:
            self._tell(progress)

    def _tell(self, *values: object) -> None:
        if self._call is None:
            return
        try:
            self._call(*values)
        except Exception:
            log.exception("on_progress failed")


def _takes_two(function: Callable[..., object]) -> bool:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # a builtin without a signature
        return False
    positional = [each for each in parameters if each.kind in _POSITIONAL]
    needed = [each for each in positional if each.default is each.empty]
    several = any(each.kind is each.VAR_POSITIONAL for each in parameters)
    return len(needed) == 2 or (several and not needed)  # noqa: PLR2004


_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
