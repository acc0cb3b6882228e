"""Loading NeMo models and transcribing with them, as values: nothing hidden, nothing lost."""

from winasr_doctor.loader.audio import read_audio
from winasr_doctor.loader.errors import (
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
from winasr_doctor.loader.jobs import Downloaded, JobState, Step
from winasr_doctor.loader.loading import load_model
from winasr_doctor.loader.outcomes import (
    LoadOutcome,
    LoadStatus,
    Message,
    TranscribeOutcome,
    TranscribeStatus,
    Transcript,
    Word,
)
from winasr_doctor.loader.transcribing import transcribe

__all__ = [
    "AudioError",
    "CancelledError",
    "DeadlineError",
    "DeviceError",
    "Downloaded",
    "ExplainedError",
    "HubError",
    "JobState",
    "LoadOutcome",
    "LoadStatus",
    "LockedFileError",
    "Message",
    "MissingPackageError",
    "ModelFileError",
    "NoSpaceError",
    "RevisionError",
    "Step",
    "TranscribeOutcome",
    "TranscribeStatus",
    "Transcript",
    "UnknownModelError",
    "Word",
    "load_model",
    "read_audio",
    "transcribe",
]
