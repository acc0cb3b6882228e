"""`transcribe`: turns recordings into texts with a model from `load_model`."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any

from winasr_doctor.asr import jobs, recordings, truncated_audio
from winasr_doctor.asr.arguments import Cleanups, check_arguments, check_callable
from winasr_doctor.asr.audio import as_sources
from winasr_doctor.asr.named_lock import turn_of
from winasr_doctor.asr.outcomes import (
    Message,
    RefusedRecording,
    TranscribeOutcome,
    TranscribeStatus,
    Transcript,
)
from winasr_doctor.asr.speech_language.generating import is_generator
from winasr_doctor.asr.transcribe_progress import Listener, OnProgress
from winasr_doctor.asr.transcribing_work import Transcribed, TranscribeRequest, TranscribeWork
from winasr_doctor.frameworks.nemo.names import NAME
from winasr_doctor.locks import RetryPolicy

if TYPE_CHECKING:
    from winasr_doctor.locks.tree_removal import OnAttempt

_OVERRIDING = "override_config"
"""NeMo ignores every other argument when it is given, and then starts worker processes."""

_WORK = recordings.RecordingWork(
    "transcribed",
    (
        TranscribeStatus.TRANSCRIBED,
        TranscribeStatus.TRANSCRIBED_CLEANUP_FAILED,
        TranscribeStatus.TRANSCRIBE_FAILED,
    ),
)


def transcribe(
    model: Any,  # noqa: ANN401 - the framework's model
    audio: Any,  # noqa: ANN401 - see the docstring
    *,
    timestamps: bool = False,
    batch_size: int = 4,
    policy: RetryPolicy | None = None,
    on_attempt: OnAttempt | None = None,
    timeout: float | None = None,
    cancel: threading.Event | None = None,
    on_progress: OnProgress | None = None,
    on_start: jobs.OnStart | None = None,
    names: Sequence[str] | None = None,
    scan: bool = True,
    **options: Any,  # noqa: ANN401 - passed on
) -> TranscribeOutcome:
    """Transcribe recordings and return the outcome.

    This function reads the recordings, mixes them to mono and resamples them to 16 kHz. A recording
    of more than 30 s is read block by block and cut at silences, so it may be hours long; a piece
    that does not fit into memory is halved and tried again. NeMo gets arrays, so that no
    file can be locked; only Canary gets temporary files. An unreadable recording does not stop the
    others from being transcribed. Only one call at a time runs on a model. The work runs in its own
    thread, in a copy of the caller's context.

    Args:
        model: A model from `load_model`, or any NeMo ASR model.
        audio: One recording or a list of them: a path, samples at 16 kHz, or a pair of samples
            and sample rate; see `read_audio`.
        timestamps: Whether to return the times of each word.
        batch_size: The number of recordings to read and transcribe at once, at least 1.
        policy: How long to keep trying to remove a temporary folder; 3 s by default.
        on_attempt: Called after each attempt, in the worker's thread.
        timeout: Seconds until the call gives up waiting, including the wait for another call on the
            model; `None` for no limit.
        cancel: Ends the wait within a tenth of a second when set; the work itself ends with the
            piece that is being transcribed.
        on_progress: Called with a `TranscribeProgress` after each piece, in the worker's thread. A
            function of two arguments gets the number of finished recordings and the total after
            each batch instead. It must not transcribe with the same model.
        on_start: Called in the caller's thread before the work begins, with a function that returns
            the work's `JobState` and may be called from any thread.
        names: What to call the recordings in results and messages, one for each; by default their
            paths.
        scan: Whether to scan this machine, for up to 2 s, if files were locked.
        options: Passed on to the model, such as Canary's `source_lang`, `target_lang`, `pnc`.

    Returns:
        The outcome: `transcribed`, `transcribed_cleanup_failed` (with all the texts) or
        `transcribe_failed` (with the finished texts and the beginnings of others), with the real
        error, every cleanup attempt, the leftovers and a message for people.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument is out of range.
    """
    check_arguments(policy, on_attempt, timeout, cancel, scan)
    check_callable("on_start", on_start)
    _check(model, timestamps, batch_size, on_progress, options)
    turn = turn_of(model)
    sources = as_sources(audio)
    request = TranscribeRequest(
        model,
        sources,
        recordings.names_of(sources, names),
        timestamps,
        batch_size,
        options,
        Listener(on_progress),
    )
    result, cleanups = Transcribed(), Cleanups(policy, on_attempt)
    started = perf_counter()
    ended = jobs.run(
        lambda job: TranscribeWork(job, request, result, cleanups).run(turn),
        timeout=timeout,
        cancel=cancel,
        on_start=on_start,
    )
    raised = recordings.what_went_wrong("Transcribing", ended, result.unreadable)
    fields = recordings.outcome_fields(
        _WORK,
        raised,
        len(result.finished),
        len(sources),
        cleanups,
        tuple(_notes(request, result, failed=raised is not None)),
        started,
        scan=scan,
    )
    return TranscribeOutcome(
        transcripts=result.transcripts,
        unfinished=result.unfinished,
        refused=tuple(_refused(request, result)),
        **fields,
    )


def _refused(request: TranscribeRequest, result: Transcribed) -> Iterator[RefusedRecording]:
    for index, error in sorted(result.unreadable.items()):
        yield RefusedRecording(request.names[index], Message(str(error), (), error.remedies))


def _kept(transcript: Transcript) -> str:
    there = transcript.duration - transcript.untranscribed
    return (
        f"The text of the first {there:.0f} of {transcript.duration:.0f} s of {transcript.source}"
        " is kept."
    )


def _check(
    model: object, timestamps: object, batch_size: object, on_progress: object, options: object
) -> None:
    if not any(callable(getattr(model, name, None)) for name in ("transcribe", "generate")):
        hint = "; pass outcome.model" if hasattr(model, "model") else ""
        raise TypeError(f"model must be a {NAME} model, not {type(model).__name__}{hint}")
    if not isinstance(timestamps, bool):
        raise TypeError(f"timestamps must be True or False, not {timestamps!r}")
    if isinstance(batch_size, bool) or not isinstance(batch_size, int):
        raise TypeError(f"batch_size must be a whole number, not {type(batch_size).__name__}")
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, not {batch_size}")
    check_callable("on_progress", on_progress)
    if isinstance(options, Mapping) and _OVERRIDING in options:
        raise ValueError(
            f"{_OVERRIDING} cannot be used here: {NAME} then ignores every other argument"
            " and starts worker processes"
        )


def _notes(request: TranscribeRequest, result: Transcribed, *, failed: bool) -> Iterator[str]:
    yield from (truncated_audio.note(each) for each in result.transcripts if each.missing)
    if failed:
        yield from map(_kept, result.unfinished)
    elif request.timestamps and is_generator(request.model):
        yield "This model does not say when a word was said, so there are no times."
