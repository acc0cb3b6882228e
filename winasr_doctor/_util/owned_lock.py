"""A lock that knows its owner."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")

SLICE = 0.1
"""Seconds of one wait, at most: how late a waiting owner notices that it should stop. On Windows a
wait for a lock cannot be interrupted."""


@dataclass(frozen=True, slots=True)
class Ownership(Generic[T]):
    """Who has a lock.

    Attributes:
        owner: The owner.
        seconds: For how long.
    """

    owner: T
    seconds: float


class OwnedLock(Generic[T]):
    """A lock for one owner at a time; who waits for it may stop waiting.

    It is released in the owner's name, so it can also be taken away from an owner whose thread is
    stuck.
    """

    def __init__(self) -> None:
        self._free = threading.Condition()
        self._held: tuple[T, float] | None = None

    def take(self, owner: T, keep_waiting: Callable[[], bool]) -> bool:
        """Wait for the lock.

        Args:
            owner: Who takes it.
            keep_waiting: Called before each wait; returns whether to wait. An exception that it
                raises ends the wait too.

        Returns:
            Whether it was taken.
        """
        with self._free:
            while self._held is not None:
                if not keep_waiting():
                    return False
                self._free.wait(SLICE)
            self._held = (owner, monotonic())
            return True

    def give_back(self, owner: T) -> None:
        """Release it; nothing happens if somebody else has it by now."""
        with self._free:
            if self._held is not None and self._held[0] is owner:
                self._held = None
                self._free.notify_all()

    @property
    def holding(self) -> Ownership[T] | None:
        """Who has it, and for how long; `None` if it is free."""
        held = self._held
        return None if held is None else Ownership(held[0], monotonic() - held[1])
