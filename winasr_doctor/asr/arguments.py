"""Arguments and worker records that `load_model` and `transcribe` share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from winasr_doctor._guard import guard
from winasr_doctor._guard.events import CleanupAttempted
from winasr_doctor.asr.jobs import Job
from winasr_doctor.locks import Attempt, CleanupReport, RetryPolicy

if TYPE_CHECKING:
    from winasr_doctor._guard import GuardSession
    from winasr_doctor._guard.events import GuardEvent
    from winasr_doctor.locks.tree_removal import OnAttempt


class Cleanups:
    """The outcomes of temporary folders, recorded by the worker and readable at any time."""

    def __init__(self, policy: RetryPolicy | None, on_attempt: OnAttempt | None) -> None:
        """Create an empty record.

        Args:
            policy: How long to keep trying to remove one.
            on_attempt: Called after each attempt while the caller is waiting.
        """
        self.policy = policy
        self._on_attempt = on_attempt
        self._sessions: list[GuardSession] = []
        self.own: list[CleanupReport] = []
        """Reports on folders that we made ourselves."""

    @property
    def reports(self) -> tuple[CleanupReport, ...]:
        """The reports on all folders so far."""
        guarded = (report for session in self._sessions for report in session.cleanups)
        return (*guarded, *self.own)

    @property
    def problems(self) -> tuple[str, ...]:
        """What in NeMo could not be guarded."""
        told = (problem for session in self._sessions for problem in session.problems)
        return tuple(dict.fromkeys(told))

    def listener_of(self, job: Job) -> OnAttempt | None:
        """Return a callback for attempts that stops reporting once nobody is waiting."""
        tell = self._on_attempt
        if tell is None:
            return None

        def on_attempt(attempt: Attempt) -> None:
            if not job.abandoned:
                tell(attempt)

        return on_attempt

    @contextmanager
    def guarded(self, job: Job) -> Iterator[None]:
        """Guard NeMo, and downloads, for the block and record the outcome of its folders."""
        tell = self.listener_of(job)

        def observe(event: GuardEvent) -> None:
            if tell is not None and isinstance(event, CleanupAttempted):
                tell(event.attempt)

        with guard(policy=self.policy, observer=observe) as session:
            self._sessions.append(session)
            yield


def check_arguments(
    policy: object, on_attempt: object, timeout: object, cancel: object, scan: object
) -> None:
    """Reject invalid arguments.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: `timeout` is not above 0.
    """
    if policy is not None and not isinstance(policy, RetryPolicy):
        raise TypeError(f"policy must be a RetryPolicy, not {type(policy).__name__}")
    check_callable("on_attempt", on_attempt)
    if cancel is not None and not isinstance(cancel, threading.Event):
        raise TypeError(f"cancel must be a threading.Event, not {type(cancel).__name__}")
    if not isinstance(scan, bool):
        raise TypeError(f"scan must be True or False, not {scan!r}")
    if timeout is None:
        return
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)):
        raise TypeError(f"timeout must be a number of seconds, not {type(timeout).__name__}")
    if not timeout > 0:
        raise ValueError(f"timeout must be above 0 seconds, not {timeout:g}")


def check_callable(name: str, value: object) -> None:
    """Reject an argument that is neither `None` nor callable.

    Raises:
        TypeError: It is something else.
    """
    if value is not None and not isinstance(value, Callable):  # type: ignore[arg-type]
        raise TypeError(f"{name} must be callable, not {type(value).__name__}")
