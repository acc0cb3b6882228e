"""`diarize`: finds out who talks when, with a diarization model such as a Sortformer."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from winasr_doctor.asr import jobs, recordings, truncated_audio
from winasr_doctor.asr.arguments import Cleanups, check_arguments, check_callable
from winasr_doctor.asr.audio import as_sources, read_audio
from winasr_doctor.asr.errors import AudioError
from winasr_doctor.asr.named_lock import NamedLock, turn_of
from winasr_doctor.asr.outcomes import Diarization, DiarizeOutcome, DiarizeStatus, SpeakerSegment
from winasr_doctor.asr.wav_files import as_files
from winasr_doctor.frameworks.nemo import calls
from winasr_doctor.frameworks.nemo.names import NAME
from winasr_doctor.locks import RetryPolicy

if TYPE_CHECKING:
    from winasr_doctor.locks.tree_removal import OnAttempt

_WORK = recordings.RecordingWork(
    "diarized",
    (DiarizeStatus.DIARIZED, DiarizeStatus.DIARIZED_CLEANUP_FAILED, DiarizeStatus.DIARIZE_FAILED),
)


class _Request(NamedTuple):
    model: Any
    sources: list[Any]
    names: list[str]
    options: Mapping[str, Any]


@dataclass
class _Progress:
    """How far the worker got."""

    finished: dict[int, Diarization] = field(default_factory=dict)
    unreadable: dict[int, AudioError] = field(default_factory=dict)

    @property
    def diarizations(self) -> tuple[Diarization, ...]:
        return tuple(each for _, each in sorted(self.finished.copy().items()))

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(truncated_audio.note(each) for each in self.diarizations if each.missing)


def diarize(
    model: Any,  # noqa: ANN401 - the framework's model
    audio: Any,  # noqa: ANN401 - see the docstring
    *,
    policy: RetryPolicy | None = None,
    on_attempt: OnAttempt | None = None,
    timeout: float | None = None,
    cancel: threading.Event | None = None,
    on_start: jobs.OnStart | None = None,
    names: Sequence[str] | None = None,
    scan: bool = True,
    **options: Any,  # noqa: ANN401 - passed on
) -> DiarizeOutcome:
    """Find out who talks when in recordings, and return the outcome.

    The model gets one recording at a time, as a temporary wav file, so a failure costs only that
    recording. Otherwise this works as `transcribe` does.

    Args:
        model: A diarization model: any NeMo model with `diarize`.
        audio: One recording or a list of them: a path, samples at 16 kHz, or a pair of samples
            and sample rate; see `read_audio`.
        policy: How long to keep trying to remove a temporary folder; 3 s by default.
        on_attempt: Called after each attempt, in the worker's thread.
        timeout: Seconds until the call gives up waiting; `None` for no limit.
        cancel: Ends the wait within a tenth of a second when set.
        on_start: Called in the caller's thread before the work begins, with a function that returns
            the work's `JobState` and may be called from any thread.
        names: What to call the recordings in results and messages, one for each; by default their
            paths.
        scan: Whether to scan this machine, for up to 2 s, if files were locked.
        options: Passed on to the model, such as `postprocessing_yaml`.

    Returns:
        The outcome: `diarized`, `diarized_cleanup_failed` (with all the segments) or
        `diarize_failed` (with those of the finished recordings), with the real error, every cleanup
        attempt, the leftovers and a message for people.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument is out of range.
    """
    check_arguments(policy, on_attempt, timeout, cancel, scan)
    check_callable("on_start", on_start)
    if not callable(getattr(model, "diarize", None)):
        raise TypeError(f"model must be a {NAME} model that diarizes, not {type(model).__name__}")
    turn = turn_of(model)
    sources = as_sources(audio)
    request = _Request(model, sources, recordings.names_of(sources, names), options)
    progress, cleanups = _Progress(), Cleanups(policy, on_attempt)
    started = perf_counter()
    result = jobs.run(
        lambda job: _diarize(job, turn, request, progress, cleanups),
        timeout=timeout,
        cancel=cancel,
        on_start=on_start,
    )
    raised = recordings.what_went_wrong("Diarizing", result, progress.unreadable)
    fields = recordings.outcome_fields(
        _WORK,
        raised,
        len(progress.finished),
        len(request.sources),
        cleanups,
        progress.notes,
        started,
        scan=scan,
    )
    return DiarizeOutcome(diarizations=progress.diarizations, **fields)


def _diarize(
    job: jobs.Job, turn: NamedLock, request: _Request, progress: _Progress, cleanups: Cleanups
) -> None:
    with turn.taken(job), cleanups.guarded(job):
        for index, source in enumerate(request.sources):
            name = request.names[index]
            title, path = recordings.called(source, index)
            job.at(f"reading {name}")
            try:
                recording = read_audio(source, name if path else title)
            except AudioError as error:
                progress.unreadable[index] = error
                continue
            job.at(f"diarizing {name}")
            with as_files([recording.samples], job, cleanups) as (file,):
                found = calls.diarize_file(request.model, file, request.options)
            segments = tuple(SpeakerSegment(*each) for each in found)
            progress.finished[index] = Diarization(
                name, segments, recording.duration, recording.missing
            )
