"""Removes a tree in passes, until it is gone or waiting no longer helps."""

from __future__ import annotations

import errno
import gc
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from winasr_doctor._util import clock
from winasr_doctor.locks.absolute_paths import absolute, is_gone
from winasr_doctor.locks.cleanup_report import Attempt, CleanupReport, CleanupStatus, RemovalFailure
from winasr_doctor.locks.holder_lookup import HolderQuestion, ours
from winasr_doctor.locks.identity import Identity
from winasr_doctor.locks.removal_pass import RefusedError, Tree
from winasr_doctor.locks.retry_policy import RetryPolicy
from winasr_doctor.windows.errors import Classification, DeleteClass

if TYPE_CHECKING:  # rarely needed modules are imported where they are used
    from winasr_doctor.locks.holders.model import Holding

log = logging.getLogger("winasr_doctor.cleanup")

OnAttempt = Callable[[Attempt], None]
"""Called after each attempt, in the thread that deletes; an exception of it is logged."""

Release = Callable[[Sequence[str]], bool]
"""Called to release paths that this process holds; returns whether it released any."""

DEFAULT_POLICY = RetryPolicy()

_FIRST_PAUSE = 0.1
"""Seconds until this process is asked for the first time again whether it holds a file."""

_WORTH_ASKING = 0.1
"""Seconds after which the whole system is asked who holds a file; most locks are shorter."""


def collect_garbage(paths: Sequence[str]) -> bool:
    """Release what only reference cycles still hold. The default `Release`."""
    del paths
    return gc.collect() > 0


def remove(
    path: str,
    policy: RetryPolicy,
    *,
    on_attempt: OnAttempt | None = None,
    release: Release = collect_garbage,
    identity: Identity | None = None,
) -> CleanupReport:
    """Remove a folder and everything in it, in spite of temporary locks; record nothing.

    Args:
        path: The folder.
        policy: How long to keep trying.
        on_attempt: Called with each attempt.
        release: Called to release files when this process holds what cannot be removed.
        identity: The identity the folder must have; by default its current one.
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
            failures = self._with_holders(found)
            delay, why_last = self._next_delay(found, self._elapsed())
            # A policy that does not wait for the lock does not wait for its holder's name either.
            if delay is None and self._policy.total > 0 and not self._ours:
                failures = self._named(failures, wait=True)
            self._note(failures, delay, why_last)
            if delay is None:
                return self._report(CleanupStatus.LEFT_BEHIND, failures)
            if delay:
                self._clock.sleep(delay)

    def _refuse(self, why: str) -> CleanupReport:
        error = NotADirectoryError(errno.ENOTDIR, why, self._tree.path)
        failure = RemovalFailure(self._tree.path, "rmtree", error, DeleteClass.PERMANENT, None)
        self._note((failure,), None, why)
        return self._report(CleanupStatus.REFUSED, (failure,))

    def _elapsed(self) -> float:
        return self._clock.monotonic() - self._started

    def _with_holders(
        self, found: list[tuple[RemovalFailure, Classification]]
    ) -> tuple[RemovalFailure, ...]:
        failures = tuple([failure for failure, _ in found])
        waiting = [f for f in failures if f.delete is DeleteClass.TRANSIENT]
        elapsed = self._elapsed()
        last = self._policy.is_over(elapsed)
        if waiting and (elapsed >= self._ask_again_at or last):
            maps = elapsed > 0 or last  # slow to find, and rare without an open file
            self._ours = ours(self._tree.path, [failure.path for failure in waiting], maps=maps)
            # This process rarely opens the file in the meantime; unless it has just released some,
            # ask less often.
            self._ask_again_at = 0.0 if self._ours else 2 * elapsed + _FIRST_PAUSE
        if waiting and elapsed >= _WORTH_ASKING:
            self._question.ask(waiting[0].path)
        return self._named(failures)

    def _named(
        self, failures: tuple[RemovalFailure, ...], *, wait: bool = False
    ) -> tuple[RemovalFailure, ...]:
        """Return the failures with who has each path open, as far as that is known."""
        answers = self._question.answers(wait=wait)
        if not answers and not self._ours:
            return failures
        holdings = {**answers, **self._ours}
        return tuple(replace(f, holding=holdings.get(f.path)) for f in failures)

    def _next_delay(
        self, found: list[tuple[RemovalFailure, Classification]], elapsed: float
    ) -> tuple[float | None, str]:
        """Return the seconds until the next attempt, or `None` and why there is none."""
        if self._tree.made_writable:
            return 0.0, ""
        passing = [failure.path for failure, meaning in found if meaning.may_pass(elapsed)]
        if not passing:
            return None, "no error that passes with time"
        # Not what the system said, as it may have been asked before we let go of a file.
        held = [path for path in passing if path in self._ours] if self._ours else []
        if held and not self._asked_to_release:
            self._asked_to_release = True
            if self._let_go(held):
                return 0.0, ""
        if len(held) == len(passing):
            return None, "this process itself has it open"
        delay = self._policy.delay(elapsed)
        if delay is None:
            return None, f"the limit of {self._policy.total:g} s is reached"
        return delay, ""

    def _let_go(self, paths: list[str]) -> bool:
        try:
            return self._release(paths)
        except Exception:
            log.exception("could not release %s", paths[0])
            return False

    def _note(
        self, failures: tuple[RemovalFailure, ...], delay: float | None, why_last: str
    ) -> None:
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

    def _report(self, status: CleanupStatus, left: tuple[RemovalFailure, ...]) -> CleanupReport:
        return CleanupReport(
            self._tree.path,
            status,
            tuple(self._attempts),
            left,
            seconds=self._elapsed(),
            root=self._tree.identity,
        )


def held_by(failure: RemovalFailure) -> str:
    """Return a clause that says who holds a path; empty if nobody is known to."""
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
        held_by(first),
        attempt.number,
        attempt.elapsed,
        (attempt.next_delay or 0) * 1000,
    )
