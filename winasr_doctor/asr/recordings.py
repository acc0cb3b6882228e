"""Sums up work on a list of recordings: the errors of some, and the message for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from winasr_doctor.asr import failure, jobs, messages
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


def what_went_wrong(
    work: str,
    result: jobs.Done[None] | jobs.Failed | jobs.Stuck,
    unreadable: Mapping[int, AudioError],
    finished: int,
    count: int,
) -> BaseException | None:
    """Return the error of a job on recordings, if there was one.

    Args:
        work: What was done, such as `Transcribing`.
        result: How the job ended.
        unreadable: The errors of recordings that could not be read, by position.
        finished: How many recordings were finished.
        count: How many there are.

    Raises:
        BaseException: The job ended with something other than an `Exception`.
    """
    if isinstance(result, jobs.Stuck):
        return failure.of_stuck(work, result)
    if isinstance(result, jobs.Failed):
        if not isinstance(result.error, Exception):
            raise result.error
        return result.error
    return _of_unreadable(unreadable, finished, count) if unreadable else None


def _of_unreadable(unreadable: Mapping[int, AudioError], finished: int, count: int) -> AudioError:
    """Return the error on the first unreadable recording; it mentions the others."""
    first, *others = [error for _, error in sorted(unreadable.items())]
    if others:
        first.details += tuple(str(error) for error in others)
    if finished:
        first.details += (f"The other {finished} of {count} were finished.",)
    return first


def success_message(
    done: str, reports: Sequence[CleanupReport], problems: Sequence[str], *, scan: bool
) -> Message:
    """Say that the work is done, and what could not be removed.

    Args:
        done: What is done, without a full stop, such as `3 recordings transcribed`.
        reports: The outcome of each temporary folder.
        problems: What else to say, one sentence each.
        scan: Whether to scan this machine if something could not be removed.
    """
    if all(report.gone for report in reports):
        return messages.of_success(f"{done}.", reports, problems)
    headline = f"{done}; a temporary folder could not be removed."
    return failure.of_leftovers(headline, reports, problems, scan=scan)
