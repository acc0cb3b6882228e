"""Runs work that the caller can stop waiting for: a daemon thread, a deadline, a cancel event.

A thread cannot be stopped from outside, least of all inside torch or a driver. So a late job is
abandoned: the caller gets an answer that says where the worker is, and the worker's late result is
dropped.
"""

from __future__ import annotations

import contextvars
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from time import monotonic
from types import FrameType
from typing import Generic, TypeVar

from winasr_doctor._util.owned_lock import SLICE
from winasr_doctor._util.private_names import CURRENT_FRAMES
from winasr_doctor.asr.traceback_release import release_frames

_current_frames: Callable[[], dict[int, FrameType]] = CURRENT_FRAMES.get()

T = TypeVar("T")

_PACKAGE = str(Path(__file__).parents[1]) + os.sep
_MOST_FRAMES = 4

Stage = str | Callable[[], str]
"""What a worker is doing, as a phrase, or a function that returns that phrase."""


class JobStep(str, Enum):
    """The kind of step that a worker is performing."""

    WORKING = "working"
    WAITING = "waiting"
    """For another call to end."""
    DOWNLOADING = "downloading"


@dataclass(frozen=True, slots=True)
class Downloaded:
    """The progress of a download.

    Attributes:
        done: Bytes received.
        total: Total bytes, accurate to a few megabytes; `None` if unknown.
    """

    done: int
    total: int | None


@dataclass(frozen=True, slots=True)
class JobState:
    """What a worker is doing at one moment.

    Attributes:
        step: The kind of step.
        stage: The same as a phrase, such as `reading speech.wav`.
        where: The innermost calls outside this package; empty when the work is not running.
        downloaded: The progress of its download, once bytes have arrived.
    """

    step: JobStep
    stage: str
    where: str
    downloaded: Downloaded | None


OnStart = Callable[[Callable[[], JobState]], None]
"""Called before the work begins with a function that returns its state, from any thread."""


class Why(str, Enum):
    """Why the caller stopped waiting."""

    CANCELLED = "cancelled"
    DEADLINE = "deadline"


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """The work ended."""

    value: T


@dataclass(frozen=True, slots=True)
class Failed:
    """The work raised."""

    error: BaseException


@dataclass(frozen=True, slots=True)
class Stuck:
    """The caller stopped waiting; the worker may go on unobserved.

    Attributes:
        why: What ended the wait.
        stage: What the worker was doing, as a phrase.
        where: The innermost calls outside this package, such as `torch/nn/modules/conv.py:123 in
            forward`; empty if the work never started.
        seconds: How long the caller waited.
    """

    why: Why
    stage: str
    where: str
    seconds: float


class AbandonedError(Exception):
    """Raised in an abandoned worker, at the next point where it can stop."""


class Job:
    """State shared between a worker and its caller."""

    def __init__(self) -> None:
        self._stage: Stage = "starting"
        self._step = JobStep.WORKING
        self._downloaded: Callable[[], Downloaded | None] | None = None
        self._abandoned = threading.Event()
        self.thread: int | None = None
        """The worker's `ident`, once it runs."""

    @property
    def abandoned(self) -> bool:
        """Whether nobody is waiting for this work any more."""
        return self._abandoned.is_set()

    @property
    def stage(self) -> str:
        """What the worker is doing, as a phrase."""
        return self._stage if isinstance(self._stage, str) else self._stage()

    def state(self) -> JobState:
        """Return the state of the work; callable from any thread."""
        downloaded = self._downloaded
        return JobState(
            self._step,
            self.stage,
            where_is(self.thread),
            None if downloaded is None else downloaded(),
        )

    def at(
        self,
        stage: Stage,
        step: JobStep = JobStep.WORKING,
        downloaded: Callable[[], Downloaded | None] | None = None,
    ) -> None:
        """Announce the next step; call this between steps.

        Args:
            stage: What the step does, as a phrase.
            step: The kind of step.
            downloaded: Returns the progress of a download; callable from any thread.

        Raises:
            AbandonedError: Nobody is waiting for the job any more.
        """
        self._stage, self._step, self._downloaded = stage, step, downloaded
        if self.abandoned:
            raise AbandonedError

    def abandon(self) -> None:
        """Tell the worker that nobody is waiting any more."""
        self._abandoned.set()


class _Worker(Generic[T]):
    def __init__(self, work: Callable[[Job], T]) -> None:
        self.job = Job()
        self.settled = threading.Event()
        self._result: Done[T] | Failed | None = None
        self._lock = threading.Lock()
        context = contextvars.copy_context()  # the caller's guards apply here too
        self._thread = threading.Thread(
            target=context.run, args=(self._run, work), name="winasr-work", daemon=True
        )

    def start(self) -> None:
        try:
            self._thread.start()
        except RuntimeError as error:  # the system has no thread left
            self._settle(Failed(error))

    def take(self) -> Done[T] | Failed | None:
        """Return the result, once; after that a late result is dropped."""
        with self._lock:
            self.job.abandon()
            result, self._result = self._result, None
            return result

    def _run(self, work: Callable[[Job], T]) -> None:
        self.job.thread = threading.get_ident()
        try:
            result: Done[T] | Failed = Done(work(self.job))
        except BaseException as error:  # noqa: BLE001 - handed on to whoever waits
            # Without this frame itself, which ends too late to be cleared and refers to the work.
            tb = error.__traceback__
            result = Failed(error.with_traceback(tb.tb_next if tb is not None else None))
            del tb
        self._settle(result)

    def _settle(self, result: Done[T] | Failed) -> None:
        with self._lock:
            if not self.job.abandoned:
                self._result = result
                self.settled.set()
                return
        if isinstance(result, Failed):
            release_frames(result.error)


def run(
    work: Callable[[Job], T],
    *,
    timeout: float | None = None,
    cancel: threading.Event | None = None,
    on_start: OnStart | None = None,
) -> Done[T] | Failed | Stuck:
    """Run work in a daemon thread and wait for it, within limits.

    Args:
        work: The function to run; it receives its `Job` and reports its steps there. It runs in a
            copy of the caller's context (`contextvars`).
        timeout: Seconds until the wait ends; `None` for no limit.
        cancel: Ends the wait when set.
        on_start: Called before the work begins, with a function that returns its state.

    Returns:
        The outcome. An exception of the work is returned, not raised. Only an interrupt of the
        caller itself, such as Ctrl+C, is raised; it abandons the work.
    """
    started = monotonic()
    deadline = None if timeout is None else started + timeout
    if cancel is not None and cancel.is_set():
        return Stuck(Why.CANCELLED, "not begun", "", 0.0)
    worker = _Worker(work)
    if on_start is not None:
        on_start(worker.job.state)
    try:
        worker.start()
        why = _wait(worker.settled, deadline, cancel)
        where = stage = ""
        if why is not None:
            state = worker.job.state()
            stage, where = state.stage, state.where
        result = worker.take()
    except BaseException:
        worker.job.abandon()
        raise
    if result is not None:  # also a result that arrived at the very moment the wait ended
        return result
    assert why is not None  # noqa: S101 - nothing but a result or a reason ends the wait
    return Stuck(why, stage, where, monotonic() - started)


def _wait(
    settled: threading.Event, deadline: float | None, cancel: threading.Event | None
) -> Why | None:
    while True:
        left = SLICE if deadline is None else min(SLICE, deadline - monotonic())
        if settled.wait(max(0.0, left)):
            return None
        if cancel is not None and cancel.is_set():
            return Why.CANCELLED
        if deadline is not None and monotonic() >= deadline:
            return Why.DEADLINE


def where_is(thread: int | None) -> str:
    """Describe where a thread is: its innermost calls, up to the one this package made.

    Args:
        thread: Its `ident`.

    Returns:
        A text such as `torch/nn/modules/conv.py:123 in forward, called from ...`; empty if the
        thread has ended.
    """
    frame = _current_frames().get(thread) if thread is not None else None
    calls: list[str] = []
    while frame is not None and len(calls) < _MOST_FRAMES:
        name = frame.f_code.co_filename
        if name.startswith(_PACKAGE) and calls:
            break
        calls.append(f"{_short(name)}:{frame.f_lineno} in {frame.f_code.co_name}")
        frame = frame.f_back
    return ", called from ".join(calls)


def _short(path: str) -> str:
    """Shorten a source file's path to the part after its import folder."""
    roots = [root for root in sys.path if root and path.startswith(root.rstrip("\\/") + os.sep)]
    longest = max(map(len, roots), default=0)
    short = path[longest:].lstrip("\\/") if longest else os.path.basename(path)  # noqa: PTH119
    return short.replace("\\", "/")
