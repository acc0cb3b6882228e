"""Records what happened inside one `with guard():` block."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextvars import ContextVar

from winasr_doctor._guard.events import GuardEvent, Observer
from winasr_doctor.locks import CleanupReport, RetryPolicy
from winasr_doctor.locks.tree_removal import DEFAULT_POLICY, OnAttempt

log = logging.getLogger("winasr_doctor.guard")


class GuardSession:
    """One `with guard():` block, open or over.

    Attributes:
        policy: How long to keep trying to remove a temporary folder.
        on_attempt: Called after each attempt; may be `None`.
        observer: Called with each folder's events; may be `None`.
        whole_process: Whether the folders of every thread belong to this block.
    """

    def __init__(
        self,
        policy: RetryPolicy,
        on_attempt: OnAttempt | None,
        observer: Observer | None = None,
        *,
        whole_process: bool = False,
    ) -> None:
        """Create a session with nothing recorded.

        Args:
            policy: How long to keep trying.
            on_attempt: Called after each attempt.
            observer: Called with each folder's events.
            whole_process: Whether the folders of every thread belong to this block.
        """
        self.policy = policy
        self.on_attempt = on_attempt
        self.observer = observer
        self.whole_process = whole_process
        self._cleanups: list[CleanupReport] = []
        self._problems: list[str] = []

    @property
    def cleanups(self) -> tuple[CleanupReport, ...]:
        """The outcome of each temporary folder made in this block, in order.

        Folders of other threads count if the thread was started with a copy of the block's context
        (`contextvars.copy_context`), as `asyncio.to_thread` does.
        """
        return tuple(self._cleanups)

    @property
    def problems(self) -> tuple[str, ...]:
        """What cannot be guarded in this version, one sentence each; empty if nothing."""
        return tuple(self._problems)

    def add_cleanup(self, report: CleanupReport) -> None:
        """Record the outcome of a folder."""
        self._cleanups.append(report)

    def add_problem(self, sentence: str) -> None:
        """Record what cannot be guarded, once."""
        if sentence not in self._problems:
            self._problems.append(sentence)


here: ContextVar[tuple[GuardSession, ...]] = ContextVar("winasr_doctor.guard", default=())
"""The open sessions of this context, outermost first."""

everywhere: list[GuardSession] = []
"""The open sessions of the process, oldest first: for threads without a block's context."""


def concerned() -> tuple[GuardSession, ...]:
    """Return the sessions that a folder made here belongs to, outermost first.

    A thread that was started without the block's context belongs to the open session if there is
    only one. Every folder belongs to the sessions of the whole process.
    """
    own, all_open = here.get(), tuple(everywhere)
    others = [each for each in all_open if not each.whole_process]
    if not own and len(others) == 1:
        own = tuple(others)
    return (*(each for each in all_open if each.whole_process and each not in own), *own)


def in_charge(sessions: tuple[GuardSession, ...]) -> GuardSession:
    """Return the session whose policy applies to a folder of these sessions."""
    candidates = (*sessions[-1:], *everywhere[-1:])
    if candidates:
        return candidates[0]
    return GuardSession(DEFAULT_POLICY, None)  # the block ended while the work continued


def tell(sessions: Iterable[GuardSession], event: GuardEvent) -> None:
    """Notify the sessions' observers; their failures never disturb the guarded work."""
    for each in sessions:
        if each.observer is None:
            continue
        try:
            each.observer(event)
        except Exception:
            log.exception("the observer %r failed", each.observer)
