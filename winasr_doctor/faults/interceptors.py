"""The interceptors that a replaced function asks before it does its work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

__tracebackhide__ = True  # pytest shows who called us, not us

FileName = str | bytes


class Interceptor(Protocol):
    """Something that may refuse an operation."""

    operations: frozenset[str]
    """The operations that it may refuse."""

    def refuse(self, operation: str, path: FileName, path2: FileName | None) -> OSError | None:
        """Return the error to raise instead of the operation, or `None` to let it pass."""


listeners: list[Callable[[int, FileName, int], None]] = []
"""Callbacks for each descriptor that a replaced function opened, with path and flags."""
announced: list[FileName | None] = [None]
"""The path that is about to be opened by what says itself what it opens, or by the rules."""
asked: dict[str, tuple[Interceptor, ...]] = {}
"""Those who may refuse an operation, the newest first."""
translating: dict[str, tuple[Interceptor, ...]] = {}
"""Those because of whom an operation's real errors read as on Windows."""


def refusal(operation: str, path: FileName, path2: FileName | None = None) -> OSError | None:
    """Return the error of the first interceptor that refuses an operation; `None` if none does."""
    for interceptor in asked.get(operation, ()):
        error = interceptor.refuse(operation, path, path2)
        if error is not None:
            return error
    return None


def add(interceptor: Interceptor, translated: frozenset[str]) -> None:
    """Ask an interceptor from now on, before the others.

    Args:
        interceptor: The interceptor.
        translated: The operations whose real errors read as on Windows during that time.
    """
    for table, operations in ((asked, interceptor.operations), (translating, translated)):
        for operation in operations:
            table[operation] = (interceptor, *table.get(operation, ()))


def remove(interceptor: Interceptor, translated: frozenset[str]) -> None:
    """Ask an interceptor no more; takes the same as `add`."""
    for table, operations in ((asked, interceptor.operations), (translating, translated)):
        for operation in operations:
            left = tuple(one for one in table[operation] if one is not interceptor)
            if left:  # in one step: other threads ask meanwhile
                table[operation] = left
            else:
                del table[operation]
