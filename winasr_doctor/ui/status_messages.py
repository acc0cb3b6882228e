"""Turns outcomes, exceptions, attempts and waits into a `PageStatus`."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import replace

from winasr_doctor.asr import truncated_audio
from winasr_doctor.asr.errors import CancelledError, DeadlineError
from winasr_doctor.asr.jobs import Downloaded
from winasr_doctor.asr.outcomes import (
    DiarizeOutcome,
    LoadOutcome,
    LoadStatus,
    TranscribeOutcome,
)
from winasr_doctor.diagnosis import Diagnosis, diagnose
from winasr_doctor.findings import Remedy
from winasr_doctor.locks.cleanup_report import Attempt
from winasr_doctor.ui import texts
from winasr_doctor.ui.preflight import Blocker
from winasr_doctor.ui.status import PageStatus, StatusKind, text_of

_MOST_ATTEMPTS = 30

_UNITS = (("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000))


def of_attempt(attempt: Attempt) -> str:
    """Describe an attempt at removing a folder in one line; empty if it succeeded at once."""
    if not attempt.failures:
        return ""
    first = attempt.failures[0]
    held = first.holding is not None and first.holding.holders
    last = attempt.next_delay is None
    return (texts.GAVE_UP_REMOVING if last else texts.RETRY).format(
        path=first.path,
        label=first.label,
        holder=f", held by {first.holding}" if held else "",
        number=attempt.number,
        delay=(attempt.next_delay or 0) * 1000,
    )


def of_download(downloaded: Downloaded | None) -> str:
    """Describe the progress of a download, such as `1.2 of 2.5 GB`; empty before it starts."""
    if downloaded is None:
        return ""
    done, total = downloaded.done, downloaded.total
    unit, size = next(
        ((unit, size) for unit, size in _UNITS if size <= (total or done)), _UNITS[-1]
    )
    if total is None:
        return texts.DOWNLOADED_SO_FAR.format(done=done / size, unit=unit)
    # The table's sizes are rounded: progress must not exceed the total.
    return texts.DOWNLOADED.format(done=min(done, total) / size, total=total / size, unit=unit)


def of_failure(what: str, outcome: LoadOutcome | TranscribeOutcome) -> PageStatus:
    """Report what failed: the real cause first, the WinError second.

    Args:
        what: What failed, such as `Failed to load`.
        outcome: An outcome that is not `ok`; cancellation and timeout are reported as such.
    """
    message, technical = outcome.message, _technical(outcome)
    stopped = "\n".join((*message.details, technical))
    if isinstance(outcome.error, CancelledError):
        return PageStatus(StatusKind.WARN, texts.CANCELLED, _stopped(outcome), (), stopped)
    if isinstance(outcome.error, DeadlineError):
        gave_up = texts.GAVE_UP.format(seconds=outcome.seconds)
        late = (Remedy(texts.MORE_TIME, texts.AFTER_DEADLINE),)
        return PageStatus(StatusKind.ERROR, f"{gave_up}. {what}.", _stopped(outcome), late, stopped)
    remedies = message.remedies or (_OTHER,)
    return PageStatus(
        StatusKind.ERROR, f"{what}: {message.headline}", message.details, remedies, technical
    )


def _stopped(outcome: LoadOutcome | TranscribeOutcome) -> tuple[str, ...]:
    texts_so_far = isinstance(outcome, TranscribeOutcome) and (
        outcome.transcripts or outcome.unfinished
    )
    return (texts.KEPT, texts.LAST_STEP) if texts_so_far else (texts.LAST_STEP,)


def of_some(heard: TranscribeOutcome, note: str = "") -> PageStatus:
    """Report that some recordings cannot be read, and that all others are transcribed.

    Args:
        heard: How they were transcribed.
        note: What to know about the result; empty for nothing.
    """
    done, failed = len(heard.transcripts), len(heard.refused)
    headline = texts.SOME_TRANSCRIBED.format(done=done, count=done + failed, failed=failed)
    why = (each.message.headline for each in heard.refused)
    rest = heard.message.details[1:]  # the first counts the recordings, as this headline does
    details = _unique([*why, *((note,) if note else ()), *rest])
    remedies = heard.message.remedies
    return PageStatus(StatusKind.WARN, headline, details, remedies, _technical(heard))


def of_success(loaded: LoadOutcome | None, heard: TranscribeOutcome, note: str = "") -> PageStatus:
    """Report success, and what happened to the temporary folders.

    Args:
        loaded: How the model was loaded, if this job did it.
        heard: How the recordings were transcribed.
        note: What to know about the result; empty for nothing.
    """
    short = tuple(truncated_audio.note(each) for each in heard.transcripts if each.missing)
    notes = (note,) if note else ()
    unclean: list[LoadOutcome | TranscribeOutcome] = []
    headlines = []
    if loaded is not None and loaded.status is LoadStatus.LOADED_CLEANUP_FAILED:
        unclean.append(loaded)
        headlines.append(texts.LOADED_CLEANUP_FAILED)
    if heard.leftovers:
        unclean.append(heard)
        headlines.append(texts.TRANSCRIBED_CLEANUP_FAILED)
    if unclean:
        return PageStatus(
            StatusKind.WARN,
            f"{'. '.join(headlines)}. {texts.COMPLETE}",
            _unique(
                [
                    *short,
                    *notes,
                    *(
                        sentence
                        for outcome in unclean
                        for sentence in (outcome.message.headline, *outcome.message.details)
                    ),
                ]
            ),
            tuple(remedy for outcome in unclean for remedy in outcome.message.remedies),
            "\n\n".join(_technical(outcome) for outcome in unclean),
        )
    if not any(transcript.text.strip() for transcript in heard.transcripts):
        return PageStatus(
            StatusKind.WARN, f"{texts.TRANSCRIBED}. {texts.NO_SPEECH}", (*short, *notes)
        )
    seconds = heard.seconds + (loaded.seconds if loaded is not None else 0)
    audio = sum(transcript.duration for transcript in heard.transcripts)
    count = len(heard.transcripts)
    done = texts.DONE_ONE if count == 1 else texts.DONE_MANY
    headline = f"{texts.TRANSCRIBED}: {done.format(count=count, audio=audio, seconds=seconds)}"
    messages = [loaded.message] if loaded is not None else []
    details = tuple(each for message in (*messages, heard.message) for each in message.details)
    if short:
        return PageStatus(
            StatusKind.WARN, f"{headline} {texts.CUT_SHORT}", _unique((*short, *notes, *details))
        )
    return PageStatus(StatusKind.OK, headline, (*notes, *details))


def with_note(status: PageStatus, note: str) -> PageStatus:
    """Return a status that says one sentence more, as a warning."""
    return replace(status, state=StatusKind.WARN, details=(note, *status.details))


def without_speakers(status: PageStatus, outcome: LoadOutcome | DiarizeOutcome) -> PageStatus:
    """Report that there is a text, but that its speakers are not known.

    Args:
        status: How the transcription ended.
        outcome: Why the speakers are not known.
    """
    message = outcome.message
    noted = with_note(status, f"{texts.NO_SPEAKERS}: {message.headline}")
    remedies = (*status.remedies, *message.remedies)
    return replace(noted, remedies=remedies, technical=_technical(outcome))


def _unique(sentences: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sentences))


def of_blockers(found: Sequence[Blocker]) -> PageStatus:
    """Report why a model is not loaded."""
    own_words = Remedy(texts.ANYWAY, (texts.BLOCKED_STEP,))
    return PageStatus(
        StatusKind.ERROR,
        f"{texts.BLOCKED} ({found[0].code}). {found[0].summary}",
        tuple(f"{each.code}: {each.summary}" for each in found[1:]),
        (*(remedy for each in found for remedy in each.remedies), own_words),
        "\n".join(f"{each.code}: {each.summary}" for each in found),
    )


def of_error(what: str, error: BaseException) -> PageStatus:
    """Report an exception that nothing else has explained.

    Args:
        what: What failed, such as `Failed to load`.
        error: The exception; of any class, and its `str()` may fail.
    """
    said, own = text_of(error), traceback_of(error)
    diagnosis = _diagnosed(error)
    if diagnosis is None or not diagnosis.source:  # nothing is known about it
        return PageStatus(StatusKind.ERROR, f"{what}: {said}", (), (_OTHER,), own)
    advice = tuple(diagnosis.advice) or (_OTHER,)
    return PageStatus(StatusKind.ERROR, f"{what}: {diagnosis.cause}", (said,), advice, own)


def _diagnosed(error: BaseException) -> Diagnosis | None:
    try:
        return diagnose(error)
    except Exception:  # noqa: BLE001 - the diagnosis must not hide what it is about
        return None


def of_deadline(seconds: float, phase: str, where: str) -> PageStatus:
    """Report that the wait is over, and what is still blocked."""
    place = where or texts.NOWHERE
    return PageStatus(
        StatusKind.ERROR,
        f"{texts.GAVE_UP.format(seconds=seconds)}: {phase}.",
        (texts.STILL_BLOCKED.format(phase=phase),),
        (Remedy(texts.MORE_TIME, texts.AFTER_DEADLINE),),
        f"{phase}\n{place}",
    )


def of_cancel(phase: str, where: str) -> PageStatus:
    """Report that a job was cancelled, and whether part of it still runs."""
    details = (texts.STILL_BLOCKED.format(phase=phase),) if where else ()
    return PageStatus(
        StatusKind.WARN, texts.CANCELLED, details, (), f"{phase}\n{where}" if where else ""
    )


def traceback_of(error: BaseException) -> str:
    """Return an exception's traceback; never raises."""
    try:
        return "".join(traceback.format_exception(type(error), error, error.__traceback__))
    except BaseException:  # noqa: BLE001 - recursion, memory, a `str()` that raises
        return text_of(error)


_OTHER = Remedy("Try again, then report it", texts.OTHER_STEPS)


def _technical(outcome: LoadOutcome | TranscribeOutcome | DiarizeOutcome) -> str:
    """Return details for a bug report: the attempts and the error's traceback."""
    lines = [line for attempt in outcome.attempts if (line := of_attempt(attempt))]
    parts = ["\n".join(lines[-_MOST_ATTEMPTS:])]
    if outcome.error is not None:
        parts.append(traceback_of(outcome.error))
    return "\n".join(part for part in (f"status: {outcome.status.value}", *parts) if part)
