"""The outcomes of loading and transcribing, as frozen values: no parsing of exception texts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from winasr_doctor.diagnosis import Diagnosis
from winasr_doctor.findings import Remedy
from winasr_doctor.locks.cleanup_report import Attempt, CleanupReport, RemovalFailure


class LoadStatus(str, Enum):
    """The way loading ended."""

    LOADED = "loaded"
    LOADED_CLEANUP_FAILED = "loaded_cleanup_failed"
    LOAD_FAILED = "load_failed"


class TranscribeStatus(str, Enum):
    """The way transcribing ended."""

    TRANSCRIBED = "transcribed"
    TRANSCRIBED_CLEANUP_FAILED = "transcribed_cleanup_failed"
    TRANSCRIBE_FAILED = "transcribe_failed"


class DiarizeStatus(str, Enum):
    """The way diarizing ended."""

    DIARIZED = "diarized"
    DIARIZED_CLEANUP_FAILED = "diarized_cleanup_failed"
    DIARIZE_FAILED = "diarize_failed"


@dataclass(frozen=True, slots=True)
class Message:
    """What to tell the user.

    Attributes:
        headline: What happened, in one sentence: the real cause first.
        details: Further sentences: the file, the WinError, who holds it, what was tried.
        remedies: Ways to fix it, the most likely first, with this machine's paths filled in.
    """

    headline: str
    details: tuple[str, ...] = ()
    remedies: tuple[Remedy, ...] = ()

    def __str__(self) -> str:
        lines = [self.headline, *self.details]
        for number, remedy in enumerate(self.remedies, 1):
            lines.append(f"{number}. {remedy.title}")
            lines.extend(f"   - {step}" for step in remedy.steps)
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Outcome:
    message: Message
    error: BaseException | None = None
    """The real error after a failure; never a cleanup error that hides one."""
    diagnosis: Diagnosis | None = None
    """The diagnosis of the error, if there is one."""
    cleanups: tuple[CleanupReport, ...] = ()
    """The cleanup of every temporary folder, including successful ones."""
    seconds: float = 0.0
    """Duration, including the wait for another call on the same model."""

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Every attempt at removing a temporary folder, in order."""
        return tuple(attempt for report in self.cleanups for attempt in report.attempts)

    @property
    def leftovers(self) -> tuple[RemovalFailure, ...]:
        """What is still on the disk, with the error for each path."""
        return tuple(failure for report in self.cleanups for failure in report.leftovers)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOutcome(_Outcome):
    """The outcome of `load_model`.

    Attributes:
        status: The way loading ended.
        name: The requested name.
        model: The NeMo model; `None` when loading failed.
        source: The local file it was restored from, if loading got that far.
        revision: The full hash of the downloaded commit, if it came from the Hub.
        device: Where the model is, such as `cuda:0`.
    """

    status: LoadStatus
    name: str
    model: Any = None
    source: str | None = None
    revision: str | None = None
    device: str | None = None

    @property
    def ok(self) -> bool:
        """Whether there is a usable model."""
        return self.status is not LoadStatus.LOAD_FAILED


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a transcript.

    Attributes:
        text: The word.
        start: Seconds from the start of the recording.
        end: Seconds from the start of the recording.
        confidence: How sure the model is of it, from 0 to 1; `None` if the model does not say.
        speaker: Who says it, such as `Speaker 1`; empty if that is not known.
    """

    text: str
    start: float
    end: float
    confidence: float | None = None
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class Transcript:
    """The text of one recording.

    Attributes:
        source: The file, or `array N` for the N-th array, from 0.
        text: The spoken text; empty for silence.
        duration: Seconds of audio.
        words: Each word with its times, if timestamps were requested.
        missing: Seconds that the file's header announces beyond those in the file; 0 if it is
            complete.
        untranscribed: Seconds at the end that were not transcribed, because the work was cancelled
            or failed before them.
    """

    source: str
    text: str
    duration: float
    words: tuple[Word, ...] = ()
    missing: float = 0.0
    untranscribed: float = 0.0


@dataclass(frozen=True, slots=True)
class RefusedRecording:
    """A recording that cannot be transcribed, while the others can.

    Attributes:
        source: The file, or `array N` for the N-th array, from 0.
        message: Why, and what to do.
    """

    source: str
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscribeOutcome(_Outcome):
    """The outcome of `transcribe`.

    Attributes:
        status: The way transcribing ended.
        transcripts: One per recording, in the order given. After a failure, those finished before
            it.
        unfinished: What is known of recordings whose transcription was cut off; their
            `untranscribed` says how much is lacking.
        refused: The recordings that cannot be read, in the order given.
    """

    status: TranscribeStatus
    transcripts: tuple[Transcript, ...] = ()
    unfinished: tuple[Transcript, ...] = ()
    refused: tuple[RefusedRecording, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every recording has been transcribed."""
        return self.status is not TranscribeStatus.TRANSCRIBE_FAILED

    @property
    def text(self) -> str:
        """The texts of all recordings, one per line."""
        return "\n".join(transcript.text for transcript in self.transcripts)


@dataclass(frozen=True, slots=True)
class SpeakerSegment:
    """A stretch of a recording in which one speaker talks.

    Attributes:
        speaker: The model's name for the speaker, such as `speaker_0`; it holds for one recording.
        start: Seconds from the start of the recording.
        end: Seconds from the start of the recording.
    """

    speaker: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Diarization:
    """Who talks when in one recording.

    Attributes:
        source: The file, or `array N` for the N-th array, from 0.
        segments: In the model's order; segments of two speakers may overlap.
        duration: Seconds of audio.
        missing: Seconds that the file's header announces beyond those in the file.
    """

    source: str
    segments: tuple[SpeakerSegment, ...]
    duration: float
    missing: float = 0.0

    @property
    def speakers(self) -> tuple[str, ...]:
        """The speakers, in the order in which they first talk."""
        ordered = sorted(self.segments, key=lambda each: each.start)
        return tuple(dict.fromkeys(each.speaker for each in ordered))


@dataclass(frozen=True, slots=True, kw_only=True)
class DiarizeOutcome(_Outcome):
    """The outcome of `diarize`.

    Attributes:
        status: The way diarizing ended.
        diarizations: One per recording, in the order given. After a failure, those finished before
            it.
    """

    status: DiarizeStatus
    diarizations: tuple[Diarization, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every recording has been diarized."""
        return self.status is not DiarizeStatus.DIARIZE_FAILED
