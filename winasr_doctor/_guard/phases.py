"""Assigns a phase of its own to certain calls, whatever their module's folders are usually for."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

from winasr_doctor._guard.events import Phase

P = ParamSpec("P")
T = TypeVar("T")


class _Call:
    """A call in progress."""

    __slots__ = ("__weakref__", "phase")

    def __init__(self, phase: Phase) -> None:
        self.phase = phase


_innermost: ContextVar[weakref.ref[_Call] | None] = ContextVar("winasr_doctor.phase", default=None)
"""Weak, so that a call whose end was interrupted is forgotten with its frame."""


def current() -> Phase | None:
    """Return the phase of the innermost such call in this context; `None` outside of one."""
    reference = _innermost.get()
    call = reference() if reference is not None else None
    return None if call is None else call.phase


def during(phase: Phase, function: Callable[P, T]) -> Callable[P, T]:
    """Return the function wrapped so that its calls have their own phase."""

    @functools.wraps(function)
    def called(*args: P.args, **options: P.kwargs) -> T:
        call = _Call(phase)
        before = _innermost.set(weakref.ref(call))
        try:
            return function(*args, **options)
        finally:
            _innermost.reset(before)

    return called
