"""Provides the single slot for which all loads and transcriptions queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from winasr_doctor._util.owned_lock import OwnedLock
from winasr_doctor.ui import texts


class SlotUser(Protocol):
    """A job that waits for the slot or has it."""

    @property
    def phase(self) -> str:
        """What it is doing, in readable form."""


class JobSlot:
    """A lock for one job at a time that reports what the holder is doing."""

    def __init__(self) -> None:
        self._lock: OwnedLock[SlotUser] = OwnedLock()

    def take(self, holder: SlotUser, stopped: Callable[[], bool]) -> bool:
        """Wait for the slot.

        Args:
            holder: Who takes it.
            stopped: Returns whether to stop waiting.

        Returns:
            Whether it was taken.
        """
        taken = self._lock.take(holder, lambda: not stopped())
        if taken and stopped():
            self._lock.give_back(holder)
            return False
        return taken

    def give_back(self, holder: SlotUser) -> None:
        """Release it; nothing happens if somebody else has it by now."""
        self._lock.give_back(holder)

    @property
    def busy(self) -> str:
        """A phrase about what is being waited for; empty if it is free."""
        held = self._lock.holding
        if held is None:
            return ""
        return texts.WAITING_FOR_SESSION.format(phase=held.owner.phase, seconds=held.seconds)
