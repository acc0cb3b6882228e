"""`rmtree`: passes over a tree until it is gone or waiting cannot help any more."""

from __future__ import annotations

import errno
import gc
import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from winasr_doctor.cleanup import clock
from winasr_doctor.cleanup.asking import HolderQuestion, ours
from winasr_doctor.cleanup.identity import Identity
from winasr_doctor.cleanup.passes import RefusedError, Tree
from winasr_doctor.cleanup.places import absolute, is_gone, is_seen_to_be_gone
from winasr_doctor.cleanup.policy import RetryPolicy
from winasr_doctor.cleanup.report import Attempt, CleanupReport, CleanupStatus, Failure
from winasr_doctor.winerror import Classification, DeleteClass

if TYPE_CHECKING:  # what is rarely needed is imported where it is
    from winasr_doctor.cleanup.ledger import Entry, Ledger
    from winasr_doctor.holders.model import Holding

log = logging.getLogger("winasr_doctor.cleanup")

OnAttempt = Callable[[Attempt], None]
"""Called after each attempt, in the thread that deletes; an exception of it is logged."""

Release = Callable[[Sequence[str]], bool]
"""Asked to let go of paths that this process holds; tells whether it let go of anything."""

DEFAULT_POLICY = RetryPolicy()

_FIRST_PAUSE = 0.1
"""Seconds from asking this process who holds a file to asking it for the first time again."""

_WORTH_ASKING = 0.1
"""Seconds after which the whole system is asked who holds a file; most locks are shorter."""


def collect_garbage(paths: Sequence[str]) -> bool:
    """Let go of what only reference cycles still hold. The default `Release`."""
    del paths
    return gc.collect() > 0


def rmtree(
    path: str | os.PathLike[str],
    policy: RetryPolicy = DEFAULT_POLICY,
    *,
    on_attempt: OnAttempt | None = None,
    release: Release = collect_garbage,
    ledger: Ledger | None = None,
    claim: Entry | None = None,
    defer: bool = True,
) -> CleanupReport:
    """Remove a folder and everything in it, through passing locks.

    Everything that can be removed is removed in the first pass; only transient errors are tried
    again (see `winasr_doctor.winerror`), and not while this process itself is the holder.
    Symbolic links and junctions are removed, never followed. A file, a link or a junction in the
    folder's place is refused, now and later, and so is another folder that takes it meanwhile.

    Args:
        path: The folder; one that does not exist counts as gone.
        policy: How long to keep trying.
        on_attempt: Is told about each attempt.
        release: Is asked to let go when this process holds what cannot be removed.
        ledger: Where leftovers are recorded; the account's by default.
        claim: What `Ledger.claim` returned when we made the folder: all of it is ours.
        defer: Whether to record what is left, so that a later `sweep` removes it.

    Returns:
        What it came to. No `OSError` is raised: a path that stays is in `leftovers`.
    """
    where = os.fsdecode(path)
    if claim is not None and not os.path.isabs(where):
        where = claim.path  # the current folder may be another one by now
    report = remove(where, policy, on_attempt=on_attempt, release=release)
    if report.status is CleanupStatus.REFUSED:
        log.warning("did not remove %s: %s; it is left alone", report.path, report.refusal)
        return report
    if not defer or (report.gone and claim is None):
        return report
    from winasr_doctor.cleanup.ledger import default_ledger

    ledger = ledger or default_ledger()
    if report.gone:
        if claim is not None and (
            report.status is CleanupStatus.REMOVED
            or is_seen_to_be_gone(claim.path, claim.identity, claim.owner.started)
        ):
            ledger.settle(claim)
        return report
    left = ledger.leave(report, claim)
    report = replace(
        report, deferred=left is not None, unrecorded=0 if left is None else left.unlisted
    )
    _say_what_is_left(report)
    return report


def remove(
    path: str,
    policy: RetryPolicy,
    *,
    on_attempt: OnAttempt | None = None,
    release: Release = collect_garbage,
    identity: Identity | None = None,
) -> CleanupReport:
    """Remove a folder as `rmtree` does, and record nothing.

    Args:
        path: The folder.
        policy: How long to keep trying.
        on_attempt: Is told about each attempt.
        release: Is asked to let go when this process holds what cannot be removed.
        identity: What the folder must be; what it is now by default.
    """
    return _Deletion(absolute(path), policy, on_attempt, release, identity).run()


class _Deletion:
    def __init__(
        self,
        path: str,
        policy: RetryPolicy,
        on_attempt: OnAttempt | None,
        release: Release,
        identity: Identity | None,
    ) -> None:
        self._tree = Tree(path, identity)
        self._policy = policy
        self._on_attempt = on_attempt
        self._release = release
        self._clock = clock.current()
        self._started = self._clock.monotonic()
        self._attempts: list[Attempt] = []
        self._question = HolderQuestion(self._clock)
        self._asked_to_release = False
        self._say_again_at = 0.0
        self._ask_again_at = 0.0
        self._ours: dict[str, Holding] = {}

    def run(self) -> CleanupReport:
        if is_gone(self._tree.path):
            self._note((), None, "")
            return self._report(CleanupStatus.ALREADY_GONE, ())
        try:
            return self._try_until_over()
        except RefusedError as refused:
            return self._refuse(str(refused))

    def _try_until_over(self) -> CleanupReport:
        while True:
            self._tree.thorough = self._policy.is_over(self._elapsed())
            found = self._tree.remove()
            if not found:
                self._note((), None, "")
                return self._report(CleanupStatus.REMOVED, ())
            failures = self._with_holders([failure for failure, _ in found])
            delay, why_last = self._next_delay(failures, [meaning for _, meaning in found])
            self._note(failures, delay, why_last)
            if delay is None:
                return self._report(CleanupStatus.LEFT_BEHIND, failures)
            if delay:
                self._clock.sleep(delay)

    def _refuse(self, why: str) -> CleanupReport:
        error = NotADirectoryError(errno.ENOTDIR, why, self._tree.path)
        failure = Failure(self._tree.path, "rmtree", error, DeleteClass.PERMANENT, None)
        self._note((failure,), None, why)
        return self._report(CleanupStatus.REFUSED, (failure,))

    def _elapsed(self) -> float:
        return self._clock.monotonic() - self._started

    def _with_holders(self, failures: list[Failure]) -> tuple[Failure, ...]:
        waiting = [f for f in failures if f.delete is DeleteClass.TRANSIENT]
        elapsed = self._elapsed()
        last = self._policy.is_over(elapsed)
        if waiting and (elapsed >= self._ask_again_at or last):
            maps = elapsed > 0 or last  # slow to find, and without an open file they are rare
            self._ours = ours(self._tree.path, [failure.path for failure in waiting], maps=maps)
            # A file is rarely opened here meanwhile; unless we just let go of some, ask less often.
            self._ask_again_at = 0.0 if self._ours else 2 * elapsed + _FIRST_PAUSE
        if waiting and elapsed >= _WORTH_ASKING:
            self._question.ask(waiting[0].path)
        holdings = self._question.answers()
        holdings.update(self._ours)
        if not holdings:
            return tuple(failures)
        return tuple(replace(f, holding=holdings.get(f.path)) for f in failures)

    def _next_delay(
        self, failures: tuple[Failure, ...], meanings: list[Classification]
    ) -> tuple[float | None, str]:
        """Return seconds until the next attempt, or `None` and why there is none."""
        if self._tree.made_writable:
            return 0.0, ""
        elapsed = self._elapsed()
        passing = [
            failure
            for failure, meaning in zip(failures, meanings, strict=True)
            if failure.delete is DeleteClass.TRANSIENT
            and (meaning.grace is None or elapsed < meaning.grace)
        ]
        if not passing:
            return None, "no error that passes with time"
        held = [f.path for f in passing if f.holding is not None and f.holding.by_ourselves]
        if held and not self._asked_to_release:
            self._asked_to_release = True
            if self._let_go(held):
                return 0.0, ""
        if len(held) == len(passing):
            return None, "this process itself has it open"
        delay = self._policy.delay(elapsed)
        return delay, "" if delay is not None else f"{self._policy.total:g} s are over"

    def _let_go(self, paths: list[str]) -> bool:
        try:
            return self._release(paths)
        except Exception:
            log.exception("could not let go of %s", paths[0])
            return False

    def _note(self, failures: tuple[Failure, ...], delay: float | None, why_last: str) -> None:
        attempt = Attempt(
            len(self._attempts) + 1, self._tree.path, self._elapsed(), failures, delay, why_last
        )
        self._attempts.append(attempt)
        if failures and delay:
            often = attempt.elapsed < self._say_again_at
            _say_retry(attempt, logging.INFO if often else logging.WARNING)
            if not often:
                self._say_again_at = 2 * attempt.elapsed + delay
        if self._on_attempt is not None:
            try:
                self._on_attempt(attempt)
            except Exception:
                log.exception("on_attempt failed")

    def _report(self, status: CleanupStatus, left: tuple[Failure, ...]) -> CleanupReport:
        return CleanupReport(
            self._tree.path,
            status,
            tuple(self._attempts),
            left,
            seconds=self._elapsed(),
            root=self._tree.identity,
        )


def _who(failure: Failure) -> str:
    return f", held by {failure.holding}" if failure.holding and failure.holding.holders else ""


def _say_retry(attempt: Attempt, level: int) -> None:
    if not log.isEnabledFor(level):
        return
    first, more = attempt.failures[0], len(attempt.failures) - 1
    log.log(
        level,
        "cannot remove %s%s: %s%s; attempt %d, %.2f s so far, next in %.0f ms",
        first.path,
        f" and {more} more" if more else "",
        first.label,
        _who(first),
        attempt.number,
        attempt.elapsed,
        (attempt.next_delay or 0) * 1000,
    )


def _say_what_is_left(report: CleanupReport) -> None:
    first, more = report.leftovers[0], len(report.leftovers) - 1
    log.warning(
        "left behind %s%s: %s%s (%s); %s",
        first.path,
        f" and {more:,} more" if more else "",
        first.label,
        _who(first),
        report.attempts[-1].why_last,
        what_becomes_of_it(report),
    )


def what_becomes_of_it(report: CleanupReport) -> str:
    """Say who removes what is left of a folder, as a clause.

    Args:
        report: Of a folder that is left behind.
    """
    if not report.deferred:
        return "it is safe to delete by hand"
    later = "it will be removed at exit or by `python -m winasr_doctor sweep`"
    if not report.unrecorded:
        return later
    return (
        f"{later}, but for {report.unrecorded:,} of the files and folders in it, which are too"
        " many to be recorded and are safe to delete by hand"
    )
