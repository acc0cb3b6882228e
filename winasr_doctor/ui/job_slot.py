"""Provides the single slot for which all loads and transcriptions queue."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic

from winasr_doctor.ui import texts

SLICE = 0.1
"""Maximum seconds of one wait: how late a waiting job notices that it was cancelled."""


class JobSlot:
    """A lock for one job at a time that reports what the holder is doing.

    It is released by the holder's name, so that it can also be taken away from a stuck job: the
    job's thread cannot be ended, but it must not block all others.
    """

    def __init__(self) -> None:
        self._free = threading.Condition()
        self._holder: object = None
        self._since = 0.0
        self._phase: Callable[[], str] = str

    def take(self, holder: object, phase: Callable[[], str], stopped: Callable[[], bool]) -> bool:
        """Wait for the slot.

        Args:
            holder: Who takes it.
            phase: Returns what the holder is doing, for those who wait.
            stopped: Returns whether to stop waiting.

        Returns:
            Whether it was taken.
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
        """Release it; nothing happens if somebody else has it by now."""
        with self._free:
            if self._holder is holder:
                self._holder, self._phase = None, str
                self._free.notify_all()

    @property
    def busy(self) -> str:
        """A phrase about what is being waited for; empty if it is free."""
        with self._free:
            if self._holder is None:
                return ""
            seconds = monotonic() - self._since
            return texts.WAITING_FOR_SESSION.format(phase=self._phase(), seconds=seconds)
