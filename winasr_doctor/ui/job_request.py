"""What a job is given, what it keeps between jobs, and what it ends with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from winasr_doctor.asr.outcomes import LoadOutcome, Transcript
from winasr_doctor.ui.models import Choice
from winasr_doctor.ui.status import PageStatus


@dataclass(frozen=True, slots=True)
class Request:
    """The request of a tab.

    Attributes:
        audio: Paths of recordings.
        choice: The model.
        device: The device, as an argument of `load_model`.
        timestamps: Whether to compute word timestamps.
        anyway: Whether to load in spite of the doctor's findings.
        folder: The folder for the files to download.
        language: The language that is spoken; empty for the model's default.
        diarizer: The model that tells speakers apart, if that is wanted.
    """

    audio: tuple[str, ...]
    choice: Choice
    device: str
    timestamps: bool
    anyway: bool
    folder: Path
    language: str = ""
    diarizer: Choice | None = None

    @property
    def options(self) -> dict[str, Any]:
        """The arguments of `transcribe` that the request decides."""
        known = self.choice.known
        timed = self.timestamps or self.diarizer is not None
        options = known.language_options(self.language) if known and self.language else {}
        return {"timestamps": timed and (known is None or known.timestamps), **options}


@dataclass(frozen=True, slots=True)
class JobResult:
    """The result of a job.

    Attributes:
        status: The status for the user.
        transcripts: The finished transcripts, including those before a failure.
        files: Format to path of the files to download.
        blocked: Whether the doctor's findings prevented loading the model.
    """

    status: PageStatus
    transcripts: tuple[Transcript, ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    blocked: bool = False


class Models:
    """Keeps the model that was loaded last for the next job."""

    def __init__(self) -> None:
        self._key: tuple[str, str] | None = None
        self._outcome: LoadOutcome | None = None

    def get(self, key: tuple[str, str]) -> LoadOutcome | None:
        """Return the outcome of loading this name on this device, if it was the last."""
        return self._outcome if self._key == key else None

    def put(self, key: tuple[str, str], outcome: LoadOutcome) -> None:
        """Keep a model in place of the previous one."""
        self._key, self._outcome = key, outcome

    def forget(self) -> None:
        """Release the model, before another one takes its memory."""
        self._key = self._outcome = None
