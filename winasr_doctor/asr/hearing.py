"""Gives pieces to the model, and halves what does not fit into memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from winasr_doctor.asr.arguments import Cleanups
from winasr_doctor.asr.cutting import Piece, in_two
from winasr_doctor.asr.errors import ExplainedError
from winasr_doctor.asr.jobs import Job
from winasr_doctor.asr.outcomes import Word
from winasr_doctor.asr.piece_length import SHORTEST, is_on_gpu, longest_piece
from winasr_doctor.asr.speech_language.generating import answer, is_generator
from winasr_doctor.asr.traceback_release import release_frames, release_gpu_memory
from winasr_doctor.asr.wav_files import as_files
from winasr_doctor.diagnosis import diagnose
from winasr_doctor.findings import Remedy
from winasr_doctor.frameworks.nemo import calls

_NEEDS_SPEAKERS = (
    "This model transcribes one of several speakers and must be told who talks when, which is not"
    " possible here."
)
_ANOTHER = Remedy(
    "Choose another model",
    (
        "For English, parakeet-unified-en-0.6b; for other languages, parakeet-tdt-0.6b-v3",
        "A second model, such as sortformer, then tells the speakers apart",
    ),
)

_OUT_OF_MEMORY = ("out-of-gpu-memory", "out-of-memory")


class Recognized(NamedTuple):
    """What a model recognised in one piece.

    Attributes:
        text: The text.
        words: Its words with their times from the start of the recording, if requested.
    """

    text: str
    words: tuple[Word, ...] = ()


@dataclass
class Limits:
    """What fits into memory; both are lowered when something did not.

    Attributes:
        longest: Seconds of a piece.
        together: Pieces of one recording to transcribe at once.
    """

    longest: float
    together: int


class Hearing:
    """A model at work.

    Args:
        model: The model.
        timestamps: Whether to ask for word times.
        options: Passed on to the model.
        batch_size: How many pieces may be transcribed at once.
        job: The job that it belongs to.
        cleanups: Records the outcome of temporary folders.
    """

    def __init__(
        self,
        model: Any,  # noqa: ANN401
        *,
        timestamps: bool,
        options: Mapping[str, Any],
        batch_size: int,
        job: Job,
        cleanups: Cleanups,
    ) -> None:
        if calls.needs_speakers(model):
            raise ExplainedError(_NEEDS_SPEAKERS, (_ANOTHER,))
        self._model, self._timestamps, self._options = model, timestamps, options
        self._job, self._cleanups = job, cleanups
        # On a CPU several pieces at once take as long, but let the next words wait.
        together = batch_size if is_on_gpu(model) else 1
        self.limits = Limits(longest_piece(model, together), together)

    def hear(self, pieces: Sequence[Piece]) -> list[Recognized]:
        """Transcribe pieces, at once if they fit into memory.

        Args:
            pieces: Of one recording or several.

        Returns:
            What was recognised in each, in the same order.

        Raises:
            Exception: Whatever NeMo raises.
        """
        if len(pieces) == 1 and not pieces[0].samples.any():
            return [Recognized("")]  # in digital silence, some models hear words
        heard = self._attempt(pieces)
        if heard is not None:
            return heard
        self.limits.together = 1
        if len(pieces) > 1:
            middle = len(pieces) // 2
            return self.hear(pieces[:middle]) + self.hear(pieces[middle:])
        self.limits.longest = max(SHORTEST, min(self.limits.longest, pieces[0].seconds) / 2)
        return [joined([each for half in in_two(pieces[0]) for each in self.hear([half])])]

    def _attempt(self, pieces: Sequence[Piece]) -> list[Recognized] | None:
        """Transcribe pieces at once; return `None` if memory does not suffice, but may for less."""
        try:
            return [
                Recognized(text, tuple(_word(piece, word) for word in words))
                for piece, (text, words) in zip(pieces, self._texts(pieces), strict=True)
            ]
        except Exception as error:
            smaller = len(pieces) > 1 or pieces[0].seconds > SHORTEST
            if not smaller or diagnose(error).kind not in _OUT_OF_MEMORY:
                raise
            release_frames(error)
        release_gpu_memory()
        return None

    def _texts(self, pieces: Sequence[Piece]) -> list[tuple[str, tuple[calls.TimedWord, ...]]]:
        samples = [piece.samples for piece in pieces]
        if is_generator(self._model):
            return [(answer(self._model, each, self._options), ()) for each in samples]
        if calls.needs_files(self._model):
            with as_files(samples, self._job, self._cleanups) as paths:
                return self._batch(paths)
        return self._batch(samples)

    def _batch(self, inputs: Sequence[Any]) -> list[tuple[str, tuple[calls.TimedWord, ...]]]:
        return calls.transcribe_batch(
            self._model, inputs, timestamps=self._timestamps, options=self._options
        )


def _word(piece: Piece, word: calls.TimedWord) -> Word:
    """Return a word in the recording's time, within its piece: models round to whole frames."""
    last = piece.start + piece.seconds
    start, end = (min(piece.start + time, last) for time in (word.start, word.end))
    return Word(word.text, start, end, word.confidence)


def joined(parts: Sequence[Recognized]) -> Recognized:
    """Return what was recognised in consecutive pieces as one."""
    texts = [text for each in parts if (text := each.text.strip())]
    return Recognized(_glued(texts), tuple(word for each in parts for word in each.words))


def _glued(texts: Sequence[str]) -> str:
    """Join texts with a space, but not between two that are written without spaces."""
    whole = ""
    for text in texts:
        between = "" if not whole or (_unspaced(whole[-1]) and _unspaced(text[0])) else " "
        whole += between + text
    return whole


def _unspaced(letter: str) -> bool:
    """Return whether a letter is Chinese or Japanese (Unicode blocks from U+3000 on)."""
    return "\u3000" <= letter <= "\u9fff" or "\uff00" <= letter <= "\uffef"
