"""Locks that allow one call at a time on a model, and one load at a time in a process.

NeMo's `transcribe` changes the model's mode, dither and decoding and restores them afterwards, so
two calls on one model disturb each other (`nemo/collections/asr/parts/mixins/transcription.py`).
Its load briefly changes the process's current directory
(`nemo/core/connectors/save_restore_connector.py`).
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

from winasr_doctor._util.owned_lock import OwnedLock
from winasr_doctor.asr.jobs import Job, JobStep, where_is
from winasr_doctor.frameworks.names import NAMES


class NamedLock:
    """A mutex that knows its owner; an abandoned job stops waiting for it."""

    def __init__(self, what: str) -> None:
        """Create a free lock.

        Args:
            what: What it protects, for sentences such as `WHAT is busy`.
        """
        self._what = what
        self._lock: OwnedLock[Job] = OwnedLock()

    @contextmanager
    def taken(self, job: Job) -> Iterator[None]:
        """Wait for the lock and hold it for the block.

        Raises:
            AbandonedError: Nobody is waiting for the job any more.
        """

        def keep_waiting() -> bool:
            job.at(self.busy, JobStep.WAITING)
            return True

        self._lock.take(job, keep_waiting)
        try:
            yield
        finally:
            self._lock.give_back(job)

    def busy(self) -> str:
        """Return who holds the lock and where that call is, as a phrase."""
        held = self._lock.holding
        if held is None:
            return f"waiting for {self._what}"
        where = where_is(held.owner.thread)
        now = f"; that call is in {where}" if where else ""
        return f"waiting: {self._what} is busy with another call ({held.seconds:.1f} s so far){now}"


LOADING = NamedLock(f"{NAMES}'s loader")
"""The lock for loading."""

_models: dict[int, tuple[weakref.ref[object], NamedLock]] = {}
_lock = threading.Lock()


def turn_of(model: object) -> NamedLock:
    """Return the model's own lock; it is discarded together with the model.

    Raises:
        TypeError: The object does not support weak references, so it is not a model.
    """
    key = id(model)
    with _lock:
        entry = _models.get(key)
        if entry is not None and entry[0]() is model:
            return entry[1]
        turn = NamedLock("the model")
        # The callback runs before the id can be reused. It takes no lock: a garbage collection
        # may run it in a thread that is in this function.
        _models[key] = (weakref.ref(model, lambda _ref: _forget(key)), turn)
        return turn


def _forget(key: int) -> None:
    _models.pop(key, None)
