"""The `TemporaryDirectory` that guarded frameworks use: its cleanup never raises."""

from __future__ import annotations

import functools
import inspect
import logging
import os
import tempfile
import threading
import traceback
import weakref
from collections.abc import Sequence
from types import FrameType, TracebackType
from typing import Any, ClassVar

from winasr_doctor._guard import phases, session
from winasr_doctor._guard.events import CleanupAttempted, FolderClosed, FolderOpened, Phase
from winasr_doctor._guard.handle_release import let_go
from winasr_doctor._util.private_names import FINALIZER
from winasr_doctor.locks import Attempt, CleanupReport, rmtree
from winasr_doctor.locks.ledger import LedgerEntry, default_ledger

log = logging.getLogger("winasr_doctor.guard")


class GuardedDirectory(tempfile.TemporaryDirectory):  # type: ignore[type-arg]
    """A temporary folder that is in the ledger from its creation until its removal.

    Attributes:
        usual_phase: What such a folder is for; see `guarded_for`.
    """

    usual_phase: ClassVar[Phase]

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - whatever is passed
        """Make the folder; accepts the arguments of `tempfile.TemporaryDirectory`."""
        super().__init__(*args, **options)
        self._path = os.fsdecode(self.name)
        self._phase = phases.current() or self.usual_phase
        self._sessions = session.concerned()
        self._frames: list[FrameType] = []
        self._error: BaseException | None = None
        self._home = _current_directory()
        self._claim = _claim(self._path)
        opened = FolderOpened(self._path, self._phase, threading.get_ident())
        session.tell(self._sessions, opened)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Clean up, given the frames that may keep a file in the folder open."""
        self._error = error
        self._frames = [frame for frame, _ in traceback.walk_tb(trace)]
        here = inspect.currentframe()
        if here is not None and here.f_back is not None:
            self._frames.insert(0, here.f_back)
        try:
            super().__exit__(kind, error, trace)
        finally:
            self._frames, self._error = [], None

    def cleanup(self) -> None:
        """Remove the folder, or leave what remains to the ledger; never raises."""
        finalizer: weakref.finalize[..., Any] | None = FINALIZER.of_or(self, None)
        if not ((finalizer and finalizer.detach()) or os.path.exists(self.name)):
            return
        try:
            self._remove()
        except Exception:  # the computed result, or the framework's own error, matters more
            log.exception("cleaning up %s failed", self.name)

    def _remove(self) -> None:
        charge = session.in_charge(self._sessions)

        def attempted(attempt: Attempt) -> None:
            session.tell(self._sessions, CleanupAttempted(self._path, self._phase, attempt))
            if charge.on_attempt is not None:
                charge.on_attempt(attempt)

        report: CleanupReport | None = None
        try:
            report = rmtree(
                self._path,
                charge.policy,
                on_attempt=attempted,
                release=self._release,
                claim=self._claim,
            )
            for each in self._sessions:
                each.add_cleanup(report)
        finally:
            closed = FolderClosed(self._path, self._phase, report, self._error)
            session.tell(self._sessions, closed)

    def _release(self, paths: Sequence[str]) -> bool:
        """Close what this process keeps open in the folder.

        The frame with the `with` statement is searched first: it holds the data loader, which holds
        the suspended iterator over the recordings.
        """
        return let_go(self._path, paths, self._frames, self._home)


@functools.cache
def guarded_for(phase: Phase) -> type[GuardedDirectory]:
    """Return the folder class for a phase."""

    class GuardedForPhase(GuardedDirectory):
        usual_phase = phase

    return GuardedForPhase


def _claim(path: str) -> LedgerEntry | None:
    try:
        return default_ledger().claim(path)
    except Exception:  # the framework's work matters more
        log.exception("recording %s failed", path)
        return None


def _current_directory() -> str | None:
    try:
        return os.getcwd()
    except OSError:
        return None
