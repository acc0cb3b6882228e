"""A mutex that stays usable when an interrupt arrives between any two bytecodes."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Mutex:
    """Runs one step at a time, in any thread.

    `with lock:` does not guarantee that: Python may raise `KeyboardInterrupt` between the last
    bytecode of the block and the call of `__exit__`, and the lock then stays taken forever. Only a
    reentrant lock knows whether this thread holds it: `RLock.release` raises `RuntimeError` if not.
    So it can safely be released a second time.
    """

    def __init__(self, lock: threading.RLock | None = None) -> None:  # type: ignore[valid-type,unused-ignore]
        """Create a free mutex.

        Args:
            lock: The lock that excludes other threads; a new one by default.
        """
        self._lock = threading.RLock() if lock is None else lock
        self._inside: int | None = None

    def run(self, step: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        """Run a step while no other thread runs one.

        A step called within another step of the same thread, for example by a finalizer, runs at
        once. Steps must allow for that.

        Args:
            step: The function to call.
            args: Its positional arguments.
            options: Its keyword arguments.

        Returns:
            The step's return value.
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
            if not free:  # an interrupt arrived just before or after it was
                self._let_go(me)

    def _let_go(self, me: int) -> None:
        if self._inside == me:
            self._inside = None
        with contextlib.suppress(RuntimeError):
            self._lock.release()
