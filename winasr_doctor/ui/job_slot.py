"""The one place that loads and transcriptions queue at, whoever asks for them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic

from winasr_doctor.ui import texts

SLICE = 0.1
"""Seconds of one wait, at most: how late a waiting job notices that it was cancelled."""


class JobSlot:
    """A lock for one job at a time that says what it is busy with.

    It is given back by name, so that it can also be taken from a job that is stuck: the job's
    thread cannot be ended, but it must not keep everybody else from working.
    """

    def __init__(self) -> None:
        """Make a free one."""
        self._free = threading.Condition()
        self._holder: object = None
        self._since = 0.0
        self._phase: Callable[[], str] = str

    def take(self, holder: object, phase: Callable[[], str], stopped: Callable[[], bool]) -> bool:
        """Wait for the turn.

        Args:
            holder: Who takes it.
            phase: Says what the holder is doing, for those who wait.
            stopped: Tells that the wait is over.

        Returns:
            Whether it has been taken.
        """
        with self._free:
            while self._holder is not None:
                if stopped():
                    return False
                self._free.wait(SLICE)
            if stopped():
                return False
            self._holder, self._since, self._phase = holder, monotonic(), phase
            return True

    def give_back(self, holder: object) -> None:
        """Free it; nothing happens when somebody else has it by now."""
        with self._free:
            if self._holder is holder:
                self._holder, self._phase = None, str
                self._free.notify_all()

    @property
    def busy(self) -> str:
        """What is being waited for, as a phrase; empty when it is free."""
        with self._free:
            if self._holder is None:
                return ""
            seconds = monotonic() - self._since
            return texts.WAITING_FOR_SESSION.format(phase=self._phase(), seconds=seconds)
