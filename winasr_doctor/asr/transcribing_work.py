"""The worker's side of `transcribe`: recordings and pieces, one after another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from math import ceil
from time import monotonic
from typing import Any, NamedTuple

from winasr_doctor.asr import audio_stream, recordings
from winasr_doctor.asr.arguments import Cleanups
from winasr_doctor.asr.audio import AudioRecording, read_audio
from winasr_doctor.asr.audio_stream import AudioStream
from winasr_doctor.asr.cutting import Cutter, Piece
from winasr_doctor.asr.errors import AudioError
from winasr_doctor.asr.hearing import Hearing, Recognized, joined
from winasr_doctor.asr.jobs import Job
from winasr_doctor.asr.named_lock import NamedLock
from winasr_doctor.asr.outcomes import Transcript
from winasr_doctor.asr.speech_language.generating import check_length
from winasr_doctor.asr.transcribe_progress import Listener, TranscribeProgress

_MEAN = 0.85
"""A piece's length on average, as a share of the longest; for estimates."""


class TranscribeRequest(NamedTuple):
    """What `transcribe` was asked for.

    Attributes:
        model: The model.
        sources: The recordings.
        names: What to call each.
        timestamps: Whether to ask for word times.
        batch_size: How many recordings to transcribe at once.
        options: Passed on to the model.
        listener: Hears of the progress.
    """

    model: Any
    sources: list[Any]
    names: Sequence[str]
    timestamps: bool
    batch_size: int
    options: Mapping[str, Any]
    listener: Listener


@dataclass
class Transcribed:
    """What the worker has come to; the caller may read it at any time.

    Attributes:
        finished: Finished transcripts, by position.
        begun: Those of which only the beginning is known.
        unreadable: The errors of recordings that cannot be read.
    """

    finished: dict[int, Transcript] = field(default_factory=dict)
    begun: dict[int, Transcript] = field(default_factory=dict)
    unreadable: dict[int, AudioError] = field(default_factory=dict)

    @property
    def transcripts(self) -> tuple[Transcript, ...]:
        """The finished transcripts, in order."""
        return tuple(transcript for _, transcript in sorted(self.finished.copy().items()))

    @property
    def unfinished(self) -> tuple[Transcript, ...]:
        """The transcripts that end before their recording does, in order."""
        begun, finished = self.begun.copy(), self.finished.copy()
        return tuple(each for index, each in sorted(begun.items()) if index not in finished)


class TranscribeWork:
    """Transcribes what a request asks for."""

    def __init__(
        self, job: Job, request: TranscribeRequest, result: Transcribed, cleanups: Cleanups
    ) -> None:
        self._job, self._request, self._result, self._cleanups = job, request, result, cleanups
        self._hearing: Hearing | None = None
        self._lengths: list[float] = []
        self._pieces = 0
        self._seconds = 0.0
        self._begun = 0.0
        self._latest: Transcript | None = None

    def run(self, turn: NamedLock) -> None:
        """Do the work when the model is free.

        Raises:
            AbandonedError: Nobody is waiting for the job any more.
            Exception: Whatever NeMo raises.
        """
        request, total = self._request, len(self._request.sources)
        with turn.taken(self._job), self._cleanups.guarded(self._job):
            self._hearing = hearing = Hearing(
                request.model,
                timestamps=request.timestamps,
                options=request.options,
                batch_size=request.batch_size,
                job=self._job,
                cleanups=self._cleanups,
            )
            self._lengths = [audio_stream.seconds_of(source) for source in request.sources]
            self._begun = monotonic()
            for first in range(0, total, request.batch_size):
                indices = range(first, min(first + request.batch_size, total))
                longest = hearing.limits.longest
                short = [index for index in indices if self._lengths[index] <= longest]
                self._transcribe_short(hearing, short)
                for index in sorted(set(indices) - set(short)):
                    self._transcribe_long(hearing, index)
                if not self._job.abandoned:
                    request.listener.after_batch(self._progress())

    def _transcribe_short(self, hearing: Hearing, indices: Sequence[int]) -> None:
        """Transcribe recordings that need not be cut, all at once."""
        readable = dict(self._read(indices))
        if not readable:
            return
        names = ", ".join(self._request.names[index] for index in readable)
        self._job.at(f"transcribing {names}")
        heard = hearing.hear([Piece(each.samples, 0.0) for each in readable.values()])
        for (index, recording), (text, words) in zip(readable.items(), heard, strict=True):
            name = self._request.names[index]
            self._latest = self._result.finished[index] = Transcript(
                name, text, recording.duration, words, recording.missing
            )
            self._lengths[index] = recording.duration
            self._count(1, recording.duration)

    def _read(self, indices: Sequence[int]) -> Iterator[tuple[int, AudioRecording]]:
        for index in indices:
            title, path = self._title(index)
            self._job.at(f"reading {self._request.names[index]}")
            try:
                recording = read_audio(self._request.sources[index], title)
                check_length(self._request.model, recording, title, path)
            except AudioError as error:
                self._refuse(index, error)
            else:
                yield index, recording

    def _transcribe_long(self, hearing: Hearing, index: int) -> None:
        """Transcribe a recording piece by piece, without ever having all of it in memory."""
        title, _path = self._title(index)
        self._job.at(f"reading {self._request.names[index]}")
        try:
            with audio_stream.opened(self._request.sources[index], title) as stream:
                self._transcribe_stream(hearing, index, stream)
        except AudioError as error:
            self._refuse(index, error)

    def _transcribe_stream(self, hearing: Hearing, index: int, stream: AudioStream) -> None:
        cutter = Cutter(stream.blocks, hearing.limits.longest)
        pieces = iter(cutter)
        parts: list[Recognized] = []
        while group := list(islice(pieces, hearing.limits.together)):
            self._job.at(self._stage(index))
            parts += hearing.hear(group)
            cutter.longest = hearing.limits.longest
            self._count(len(group), sum(piece.seconds for piece in group))
            transcribed = group[-1].start + group[-1].seconds
            self._keep(index, parts, stream, transcribed)
            self._request.listener.after_piece(self._progress())
        whole = replace(self._result.begun[index], duration=transcribed, untranscribed=0.0)
        self._latest = self._result.finished[index] = whole

    def _keep(
        self, index: int, parts: Sequence[Recognized], stream: AudioStream, transcribed: float
    ) -> None:
        """Record what is known of a recording so far."""
        text, words = joined(parts)
        left = max(0.0, stream.duration - transcribed)
        self._latest = self._result.begun[index] = Transcript(
            self._request.names[index], text, stream.duration, words, stream.missing, left
        )

    def _title(self, index: int) -> tuple[str, str | None]:
        """Return what to call a recording in messages, and its path if it has one."""
        title, path = recordings.called(self._request.sources[index], index)
        return self._request.names[index] if path else title, path

    def _refuse(self, index: int, error: AudioError) -> None:
        self._result.unreadable[index] = error
        self._lengths[index] = 0.0

    def _count(self, pieces: int, seconds: float) -> None:
        self._pieces += pieces
        self._seconds += seconds

    def _stage(self, index: int) -> str:
        name, number = self._request.names[index], self._pieces + 1
        return f"transcribing {name}, piece {number} of about {max(number, self._all_pieces())}"

    def _all_pieces(self) -> int:
        """Estimate the number of pieces of all recordings."""
        assert self._hearing is not None  # noqa: S101 - set before the first recording
        left = max(0.0, sum(self._lengths) - self._seconds)
        return self._pieces + ceil(left / (_MEAN * self._hearing.limits.longest))

    def _progress(self) -> TranscribeProgress:
        result = self._result
        return TranscribeProgress(
            recordings_done=len(result.finished) + len(result.unreadable),
            recordings=len(self._lengths),
            pieces_done=self._pieces,
            pieces=self._all_pieces(),
            seconds_done=self._seconds,
            seconds=sum(self._lengths),
            elapsed=monotonic() - self._begun,
            transcript=self._latest,
        )
