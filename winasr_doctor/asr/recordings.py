"""Sums up work on a list of recordings: the errors of some, and the message for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any, NamedTuple

from winasr_doctor.asr import failure, jobs, messages
from winasr_doctor.asr.arguments import Cleanups
from winasr_doctor.asr.audio import name_of
from winasr_doctor.asr.errors import AudioError
from winasr_doctor.asr.outcomes import Message
from winasr_doctor.locks import CleanupReport


def called(source: Any, index: int) -> tuple[str, str | None]:  # noqa: ANN401
    """Return a recording's name for messages, and its path if it has one.

    Args:
        source: One of `as_sources`.
        index: Its position in the list, from 0.
    """
    return (source, source) if isinstance(source, str) else (f"Array {index}", None)


def names_of(sources: Sequence[Any], given: Sequence[str] | None) -> list[str]:
    """Return what to call each recording.

    Args:
        sources: From `as_sources`.
        given: What the caller calls them; by default their paths.

    Raises:
        TypeError: They are not texts.
        ValueError: There is not one for each recording.
    """
    if given is None:
        return [name_of(source, index) for index, source in enumerate(sources)]
    if isinstance(given, str) or not all(isinstance(each, str) for each in given):
        raise TypeError("names must be a list of texts")
    if len(given) != len(sources):
        raise ValueError(f"there are {len(given)} names for {len(sources)} recordings")
    return list(given)


def what_went_wrong(
    work: str,
    result: jobs.Done[None] | jobs.Failed | jobs.Stuck,
    unreadable: Mapping[int, AudioError],
) -> BaseException | None:
    """Return the error of a job on recordings, if there was one.

    Args:
        work: What was done, such as `Transcribing`.
        result: How the job ended.
        unreadable: The errors of recordings that could not be read, by position.

    Raises:
        BaseException: The job ended with something other than an `Exception`.
    """
    if isinstance(result, jobs.Stuck):
        return failure.of_stuck(work, result)
    if isinstance(result, jobs.Failed):
        if not isinstance(result.error, Exception):
            raise result.error
        return result.error
    return _of_unreadable(unreadable) if unreadable else None


def _of_unreadable(unreadable: Mapping[int, AudioError]) -> AudioError:
    """Return the error on the first unreadable recording; it mentions the others."""
    first, *others = [error for _, error in sorted(unreadable.items())]
    first.details += tuple(str(error) for error in others)
    return first


class RecordingWork(NamedTuple):
    """What is done with recordings.

    Attributes:
        done: One word, such as `transcribed`.
        statuses: The outcome's status if all went well, if a folder could not be removed, and if
            the work failed.
    """

    done: str
    statuses: tuple[object, object, object]


def outcome_fields(
    work: RecordingWork,
    raised: BaseException | None,
    finished: int,
    count: int,
    cleanups: Cleanups,
    notes: Sequence[str],
    started: float,
    *,
    scan: bool,
) -> dict[str, Any]:
    """Return the fields that every outcome has: how the work ended, and the message for people.

    Args:
        work: What was done.
        raised: The error of the job, as `what_went_wrong` returns it.
        finished: How many recordings were finished.
        count: How many there are.
        cleanups: The outcomes of the temporary folders.
        notes: What else to say, one sentence each.
        started: When the work began, by `perf_counter`.
        scan: Whether to scan this machine if files were locked.
    """
    reports, problems = cleanups.reports, (*cleanups.problems, *notes)
    if raised is None:
        done = f"{finished} recording{'s' * (finished != 1)} {work.done}"
        message = _success(done, reports, problems, scan=scan)
        status = work.statuses[any(not report.gone for report in reports)]
        fields: dict[str, Any] = {"cleanups": reports, "message": message}
    else:
        headline = f"{finished} of {count} recordings" if count > 1 else "Nothing"
        judged = failure.judge(f"{headline} {work.done}", raised, reports, problems, scan=scan)
        status, fields = work.statuses[-1], judged._asdict()
    return {"status": status, "seconds": perf_counter() - started, **fields}


def _success(
    done: str, reports: Sequence[CleanupReport], problems: Sequence[str], *, scan: bool
) -> Message:
    if all(report.gone for report in reports):
        return messages.of_success(f"{done}.", reports, problems)
    headline = f"{done}; a temporary folder could not be removed."
    return failure.of_leftovers(headline, reports, problems, scan=scan)
