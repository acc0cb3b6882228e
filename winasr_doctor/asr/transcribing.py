"""`transcribe`: turns recordings into texts with a model from `load_model`."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from winasr_doctor.asr import failure as failing
from winasr_doctor.asr import jobs, recordings, truncated_audio
from winasr_doctor.asr.arguments import Cleanups, check_arguments, check_callable
from winasr_doctor.asr.audio import AudioRecording, as_sources, name_of, read_audio
from winasr_doctor.asr.errors import AudioError
from winasr_doctor.asr.named_lock import NamedLock, turn_of
from winasr_doctor.asr.outcomes import TranscribeOutcome, TranscribeStatus, Transcript, Word
from winasr_doctor.asr.speech_language.generating import (
    check_length,
    generate,
    is_generator,
)
from winasr_doctor.asr.wav_files import as_files
from winasr_doctor.frameworks.nemo import calls, names
from winasr_doctor.locks import RetryPolicy

if TYPE_CHECKING:
    from winasr_doctor.locks.tree_removal import OnAttempt

log = logging.getLogger("winasr_doctor.loader")

OnProgress = Callable[[int, int], None]
"""Called with the number of finished recordings and the total, in the worker's thread."""

_OVERRIDING = "override_config"
"""NeMo ignores every other argument when it is given, and then starts worker processes."""


class _Request(NamedTuple):
    model: Any
    sources: list[Any]
    timestamps: bool
    batch_size: int
    options: Mapping[str, Any]
    on_progress: OnProgress | None


@dataclass
class _Progress:
    """How far the worker got."""

    finished: dict[int, Transcript] = field(default_factory=dict)
    unreadable: dict[int, AudioError] = field(default_factory=dict)

    @property
    def transcripts(self) -> tuple[Transcript, ...]:
        return tuple(transcript for _, transcript in sorted(self.finished.copy().items()))


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
    scan: bool = True,
    **options: Any,  # noqa: ANN401 - passed on
) -> TranscribeOutcome:
    """Transcribe recordings and return the outcome.

    This function reads the recordings, mixes them to mono and resamples them to 16 kHz. NeMo gets
    them as arrays, so that no file can be locked; only Canary gets temporary files. An unreadable
    recording does not stop the others from being transcribed. Only one call at a time runs on a
    model. The work runs in its own thread, in a copy of the caller's context.

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
        cancel: Ends the wait within a tenth of a second when set.
        on_progress: Called with the number of finished recordings and the total, in the worker's
            thread. It must not transcribe with the same model.
        on_start: Called in the caller's thread before the work begins, with a function that returns
            the work's `JobState` and may be called from any thread.
        scan: Whether to scan this machine, for up to 2 s, if files were locked.
        options: Passed on to the model, such as Canary's `source_lang`, `target_lang`, `pnc`.

    Returns:
        The outcome: `transcribed`, `transcribed_cleanup_failed` (with all the texts) or
        `transcribe_failed` (with the finished texts), with the real error, every cleanup attempt,
        the leftovers and a message for people.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument is out of range.
    """
    check_arguments(policy, on_attempt, timeout, cancel, scan)
    check_callable("on_start", on_start)
    _check(model, timestamps, batch_size, on_progress, options)
    turn = turn_of(model)
    request = _Request(model, as_sources(audio), timestamps, batch_size, options, on_progress)
    progress, cleanups = _Progress(), Cleanups(policy, on_attempt)
    started = perf_counter()
    result = jobs.run(
        lambda job: _transcribe(job, turn, request, progress, cleanups),
        timeout=timeout,
        cancel=cancel,
        on_start=on_start,
    )
    count = len(request.sources)
    raised = recordings.what_went_wrong(
        "Transcribing", result, progress.unreadable, len(progress.finished), count
    )
    if raised is None:
        return _transcribed(progress, cleanups, started, _notes(request, progress), scan=scan)
    done = len(progress.transcripts)
    headline = f"{done} of {count} recordings transcribed" if count > 1 else "Nothing transcribed"
    problems = (*cleanups.problems, *_cut_short(progress))
    failure = failing.judge(headline, raised, cleanups.reports, problems, scan=scan)
    return TranscribeOutcome(
        status=TranscribeStatus.TRANSCRIBE_FAILED,
        transcripts=progress.transcripts,
        seconds=perf_counter() - started,
        **failure._asdict(),
    )


def _check(
    model: object, timestamps: object, batch_size: object, on_progress: object, options: object
) -> None:
    if not any(callable(getattr(model, name, None)) for name in ("transcribe", "generate")):
        hint = "; pass outcome.model" if hasattr(model, "model") else ""
        raise TypeError(f"model must be a {names.NAME} model, not {type(model).__name__}{hint}")
    if not isinstance(timestamps, bool):
        raise TypeError(f"timestamps must be True or False, not {timestamps!r}")
    if isinstance(batch_size, bool) or not isinstance(batch_size, int):
        raise TypeError(f"batch_size must be a whole number, not {type(batch_size).__name__}")
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, not {batch_size}")
    check_callable("on_progress", on_progress)
    if isinstance(options, Mapping) and _OVERRIDING in options:
        raise ValueError(
            f"{_OVERRIDING} cannot be used here: {names.NAME} then ignores every other argument"
            " and starts worker processes"
        )


def _transcribe(
    job: jobs.Job, turn: NamedLock, request: _Request, progress: _Progress, cleanups: Cleanups
) -> None:
    total = len(request.sources)
    with turn.taken(job), cleanups.guarded(job):
        for first in range(0, total, request.batch_size):
            indices = range(first, min(first + request.batch_size, total))
            readable = dict(_read(job, request, indices, progress))
            for group in _groups(request.model, readable):
                _transcribe_group(job, request, group, progress, cleanups)
            _tell(job, request.on_progress, indices.stop, total)


def _read(
    job: jobs.Job, request: _Request, indices: range, progress: _Progress
) -> Iterator[tuple[int, AudioRecording]]:
    for index in indices:
        source = request.sources[index]
        job.at(f"reading {name_of(source, index)}")
        try:
            recording = read_audio(source)
            check_length(request.model, recording, *recordings.called(source, index))
        except AudioError as error:
            progress.unreadable[index] = recordings.named(error, index)
        else:
            yield index, recording


def _groups(
    model: object, readable: Mapping[int, AudioRecording]
) -> Iterator[dict[int, AudioRecording]]:
    """Yield groups to transcribe at once: everything, except what Canary must be given alone."""
    alone = {
        index
        for index, recording in readable.items()
        if calls.needs_files(model) and recording.duration > calls.LONG
    }
    together = {index: each for index, each in readable.items() if index not in alone}
    if together:
        yield together
    for index in sorted(alone):
        yield {index: readable[index]}


def _transcribe_group(
    job: jobs.Job,
    request: _Request,
    group: Mapping[int, AudioRecording],
    progress: _Progress,
    cleanups: Cleanups,
) -> None:
    names = [name_of(request.sources[index], index) for index in group]
    job.at(f"transcribing {', '.join(names)}")
    samples = [recording.samples for recording in group.values()]
    if is_generator(request.model):
        _generate_group(job, request, group, progress)
        return
    if calls.needs_files(request.model):
        with as_files(samples, job, cleanups) as paths:
            texts = _texts(request, paths)
    else:
        texts = _texts(request, samples)
    for (index, recording), name, (text, words) in zip(group.items(), names, texts, strict=True):
        progress.finished[index] = Transcript(
            name, text, recording.duration, words, recording.missing
        )


def _generate_group(
    job: jobs.Job, request: _Request, group: Mapping[int, AudioRecording], progress: _Progress
) -> None:
    """Transcribe with a model that takes one recording at a time, in pieces."""
    for index, recording in group.items():
        name = name_of(request.sources[index], index)

        def on_piece(number: int, count: int, name: str = name) -> None:
            part = f", part {number} of {count}" if count > 1 else ""
            job.at(f"transcribing {name}{part}")

        text = generate(request.model, recording.samples, request.options, on_piece)
        progress.finished[index] = Transcript(
            name, text, recording.duration, missing=recording.missing
        )


def _texts(request: _Request, inputs: Sequence[Any]) -> list[tuple[str, tuple[Word, ...]]]:
    texts = calls.transcribe_batch(
        request.model, inputs, timestamps=request.timestamps, options=request.options
    )
    return [(text, tuple(Word(*each) for each in words)) for text, words in texts]


def _tell(job: jobs.Job, on_progress: OnProgress | None, done: int, total: int) -> None:
    if on_progress is None or job.abandoned:
        return
    try:
        on_progress(done, total)
    except Exception:
        log.exception("on_progress failed")


def _notes(request: _Request, progress: _Progress) -> tuple[str, ...]:
    notes = _cut_short(progress)
    if request.timestamps and is_generator(request.model):
        return (*notes, "This model does not say when a word was said, so there are no times.")
    return notes


def _cut_short(progress: _Progress) -> tuple[str, ...]:
    return tuple(truncated_audio.note(each) for each in progress.transcripts if each.missing)


def _transcribed(
    progress: _Progress, cleanups: Cleanups, started: float, notes: tuple[str, ...], *, scan: bool
) -> TranscribeOutcome:
    reports, problems = cleanups.reports, (*cleanups.problems, *notes)
    clean = all(report.gone for report in reports)
    count = len(progress.finished)
    done = f"{count} recording{'s' * (count != 1)} transcribed"
    return TranscribeOutcome(
        status=(
            TranscribeStatus.TRANSCRIBED if clean else TranscribeStatus.TRANSCRIBED_CLEANUP_FAILED
        ),
        transcripts=progress.transcripts,
        cleanups=reports,
        message=recordings.success_message(done, reports, problems, scan=scan),
        seconds=perf_counter() - started,
    )
