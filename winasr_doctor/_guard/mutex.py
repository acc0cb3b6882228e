"""Mutual exclusion that an interrupt between any two bytecodes leaves free."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Mutex:
    """Runs one step at a time, in whichever thread.

    `with lock:` does not promise that: Python may raise `KeyboardInterrupt` between the last
    bytecode of the block and the call of `__exit__`, and the lock then stays taken for ever.
    Only a reentrant lock says by itself whether this thread has it: `RLock.release` raises
    `RuntimeError` if not. So it can be released a second time to make sure.
    """

    def __init__(self, lock: threading.RLock | None = None) -> None:  # type: ignore[valid-type,unused-ignore]
        """Start free.

        Args:
            lock: What excludes the other threads; a new one by default.
        """
        self._lock = threading.RLock() if lock is None else lock
        self._inside: int | None = None

    def run(self, step: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        """Run a step while no other thread runs one.

        A step that is called within another of the same thread, such as by a finalizer, runs at
        once: steps must stand that.

        Args:
            step: What to do.
            args: What to give to it.
            options: What to give to it by name.

        Returns:
            What the step returns.
        """
        me = threading.get_ident()
        if self._inside == me:
            return step(*args, **options)
        free = False
        try:
            try:
                self._lock.acquire()
                self._inside = me
                return step(*args, **options)
            finally:
                self._let_go(me)
                free = True
        finally:
            if not free:  # an interrupt struck just before or after it was
                self._let_go(me)

    def _let_go(self, me: int) -> None:
        if self._inside == me:
            self._inside = None
        with contextlib.suppress(RuntimeError):
            self._lock.release()
