"""Loads NeMo models and transcribes with them; results and errors are returned as values."""

from winasr_doctor.asr.audio import read_audio
from winasr_doctor.asr.diarizing import diarize
from winasr_doctor.asr.errors import (
    AudioError,
    CancelledError,
    DeadlineError,
    DeviceError,
    ExplainedError,
    HubError,
    LockedFileError,
    MissingPackageError,
    ModelFileError,
    NoSpaceError,
    RevisionError,
    UnknownModelError,
)
from winasr_doctor.asr.jobs import Downloaded, JobState, JobStep
from winasr_doctor.asr.loading import load_model
from winasr_doctor.asr.outcomes import (
    Diarization,
    DiarizeOutcome,
    DiarizeStatus,
    LoadOutcome,
    LoadStatus,
    Message,
    RefusedRecording,
    SpeakerSegment,
    TranscribeOutcome,
    TranscribeStatus,
    Transcript,
    Word,
)
from winasr_doctor.asr.transcribe_progress import TranscribeProgress
from winasr_doctor.asr.transcribing import transcribe

__all__ = [
    "AudioError",
    "CancelledError",
    "DeadlineError",
    "DeviceError",
    "Diarization",
    "DiarizeOutcome",
    "DiarizeStatus",
    "Downloaded",
    "ExplainedError",
    "HubError",
    "JobState",
    "JobStep",
    "LoadOutcome",
    "LoadStatus",
    "LockedFileError",
    "Message",
    "MissingPackageError",
    "ModelFileError",
    "NoSpaceError",
    "RefusedRecording",
    "RevisionError",
    "SpeakerSegment",
    "TranscribeOutcome",
    "TranscribeProgress",
    "TranscribeStatus",
    "Transcript",
    "UnknownModelError",
    "Word",
    "diarize",
    "load_model",
    "read_audio",
    "transcribe",
]
