"""The `TemporaryDirectory` that NeMo gets: its cleanup never raises and never gives up early."""

from __future__ import annotations

import inspect
import logging
import os
import tempfile
import traceback
import weakref
from collections.abc import Sequence
from types import FrameType, TracebackType
from typing import Any

from winasr_doctor.cleanup import rmtree
from winasr_doctor.cleanup.ledger import Entry, default_ledger
from winasr_doctor.nemo_guard import session
from winasr_doctor.nemo_guard.releasing import let_go
from winasr_doctor.private_names import FINALIZER

log = logging.getLogger("winasr_doctor.guard")


class GuardedDirectory(tempfile.TemporaryDirectory):  # type: ignore[type-arg]
    """A temporary folder that is recorded in the ledger from the start to its removal."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - whatever NeMo passes
        """Make the folder; takes what `tempfile.TemporaryDirectory` takes."""
        super().__init__(*args, **options)
        self._sessions = session.concerned()
        self._frames: list[FrameType] = []
        self._home = _current_directory()
        self._claim = _claim(os.fsdecode(self.name))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Clean up, knowing which frames may keep a file in the folder open."""
        self._frames = [frame for frame, _ in traceback.walk_tb(trace)]
        here = inspect.currentframe()
        if here is not None and here.f_back is not None:
            self._frames.insert(0, here.f_back)
        try:
            super().__exit__(kind, error, trace)
        finally:
            self._frames = []

    def cleanup(self) -> None:
        """Remove the folder, or leave what stays to the ledger; nothing is raised."""
        finalizer: weakref.finalize[..., Any] | None = FINALIZER.of_or(self, None)
        if not ((finalizer and finalizer.detach()) or os.path.exists(self.name)):
            return
        try:
            self._remove()
        except Exception:  # what NeMo computed, or its own error, counts for more
            log.exception("cleaning up %s failed", self.name)

    def _remove(self) -> None:
        charge = session.in_charge(self._sessions)
        report = rmtree(
            os.fsdecode(self.name),
            charge.policy,
            on_attempt=charge.on_attempt,
            release=self._release,
            claim=self._claim,
        )
        for each in self._sessions:
            each.add_cleanup(report)

    def _release(self, paths: Sequence[str]) -> bool:
        """Close what this process keeps open in the folder.

        NeMo's own frame, where the `with` statement is, has the DataLoader, and with it lhotse's
        sampler and its suspended manifest iterator (lhotse, lazy.py, `LazyJsonlIterator`).
        """
        return let_go(os.fsdecode(self.name), paths, self._frames, self._home)


def _claim(path: str) -> Entry | None:
    try:
        return default_ledger().claim(path)
    except Exception:  # NeMo's work counts for more
        log.exception("recording %s failed", path)
        return None


def _current_directory() -> str | None:
    try:
        return os.getcwd()
    except OSError:
        return None
