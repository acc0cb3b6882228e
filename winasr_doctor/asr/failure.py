"""Turns an exception into a report for people that keeps nothing alive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from winasr_doctor.asr import messages
from winasr_doctor.asr.errors import CancelledError, DeadlineError
from winasr_doctor.asr.jobs import Stuck, Why
from winasr_doctor.asr.outcomes import Message
from winasr_doctor.asr.traceback_release import primary_error, release_frames, release_gpu_memory
from winasr_doctor.diagnosis import Diagnosis, diagnose
from winasr_doctor.findings import Remedy
from winasr_doctor.locks import ONCE, CleanupReport
from winasr_doctor.locks.tree_removal import remove


class FailureReport(NamedTuple):
    """What an outcome says about a failure."""

    error: BaseException
    diagnosis: Diagnosis
    cleanups: tuple[CleanupReport, ...]
    message: Message


def judge(
    headline: str,
    raised: BaseException,
    cleanups: Sequence[CleanupReport],
    problems: Sequence[str],
    *,
    scan: bool,
) -> FailureReport:
    """Diagnose an exception and release everything it holds.

    Args:
        headline: What failed, as a phrase.
        raised: The exception; its frames are cleared.
        cleanups: The outcome of the temporary folders.
        problems: What in NeMo could not be guarded.
        scan: Whether to scan this machine.
    """
    diagnosis = diagnose(raised)
    error = primary_error(raised, diagnosis)
    release_frames(raised)
    if diagnosis.kind == "out-of-gpu-memory":
        release_gpu_memory()
    # A list first: if another thread lists all objects while a tuple is being made from a
    # generator, it sees the unfinished tuple, and making that fails with a SystemError (gh-39117).
    tried = [_tried_once_more(report) for report in cleanups]
    after = tuple(tried)
    message = messages.of_failure(headline, error, diagnosis, after, problems, scan=scan)
    return FailureReport(error, diagnosis, after, message)


def of_leftovers(
    headline: str, cleanups: Sequence[CleanupReport], problems: Sequence[str], *, scan: bool
) -> Message:
    """Report success, and what could not be removed."""
    errors = (report.error for report in cleanups if not report.refusal)
    error = next((error for error in errors if error is not None), None)
    diagnosis = None if error is None else diagnose(error)
    return messages.of_leftovers(headline, cleanups, problems, diagnosis, scan=scan)


def of_stuck(what: str, stuck: Stuck) -> CancelledError | DeadlineError:
    """Report that the caller stopped waiting, and where the worker is.

    Args:
        what: What did not finish, such as `loading tiny`.
        stuck: The way the wait ended.
    """
    details = [f"It was {stuck.stage}."]
    if stuck.where:
        details.append(f"The worker is in {stuck.where}.")
        details.append(
            "That call cannot be interrupted. It finishes in the background and its result is"
            " dropped; other calls wait until then."
        )
    if stuck.why is Why.CANCELLED:
        return CancelledError(f"{what} was cancelled after {stuck.seconds:.1f} s.", (), details)
    remedy = Remedy(
        "Give it more time, or find out what it waits for",
        (
            "Pass a larger timeout=; the first load of a large model takes minutes",
            "A call that never returns: restart the program, and report the line above",
        ),
    )
    return DeadlineError(f"{what} took longer than {stuck.seconds:.1f} s.", (remedy,), details)


def _tried_once_more(report: CleanupReport) -> CleanupReport:
    """Remove a folder that the exception, now cleared, may have kept open."""
    if report.gone or report.refusal:
        return report
    again = remove(report.path, ONCE, identity=report.root)
    attempts = enumerate((*report.attempts, *again.attempts), 1)
    renumbered = [replace(attempt, number=number) for number, attempt in attempts]
    numbered = tuple(renumbered)
    if not again.gone:
        return replace(report, attempts=numbered)
    return replace(report, status=again.status, attempts=numbered, leftovers=(), deferred=False)
