"""Walks from Python objects to the objects they refer to, within limits.

Only `gc.get_referents` is used: it runs no code of the objects and, unlike `frame.f_locals`,
makes no copies that would keep them alive.
"""

from __future__ import annotations

import gc
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from time import monotonic
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any, Literal

from winasr_doctor._util.private_names import TYPE_FLAGS

_CLOCK_EVERY = 64
"""Objects between two checks of the clock."""

_SOME_MORE = 1_000
"""Objects, which take about a millisecond."""

_HAVE_GC = 1 << 14
"""`Py_TPFLAGS_HAVE_GC` (CPython's object.h): an object without it refers to nothing."""

_DULL = (ModuleType, CodeType, type)
"""Types that lead to the whole program rather than to what an object holds."""

_HEAVY = (
    ("torch.nn.modules.module", "Module"),
    ("torch", "Tensor"),
    ("omegaconf.base", "Node"),
)
"""Module and class of large objects that hold few files."""

_Kind = Literal["plain", "dull", "heavy"]


class Reach:
    """Everything that can be reached from some objects, nearest first, each object once.

    Heavy objects (the layers of a network, a configuration tree) come last, so that even a small
    limit is useful.

    Args:
        roots: Where to start.
        limit: How many objects to look at.
        deadline: When to stop, by `time.monotonic`.
        stop_at: Types (exactly these) whose objects are yielded but not followed.
    """

    def __init__(
        self,
        roots: Iterable[Any],
        *,
        limit: int,
        deadline: float,
        stop_at: tuple[type, ...] = (),
    ) -> None:
        self._near: deque[Any] = deque()
        self._far: deque[Any] = deque()
        self._seen: set[int] = set()
        self._left = limit
        self._taken = 0
        self._deadline = deadline
        self._stop_at = stop_at
        self._heavy = _heavy_types()
        self._kinds: dict[type, _Kind] = {}
        self._add(roots)

    def __iter__(self) -> Iterator[Any]:
        """Yield each object reached, until none is left or the limit or deadline is reached."""
        while self._near or self._far:
            if self._left <= 0 or (self._left % _CLOCK_EVERY == 0 and monotonic() > self._deadline):
                return
            self._left -= 1
            self._taken += 1
            value = (self._near or self._far).popleft()
            yield value
            if type(value) not in self._stop_at:
                self._add(referents(value))

    def settle(self) -> None:
        """Limit the rest of the walk to about its length so far.

        Objects of the wanted kind lie close together, far from the rest.
        """
        self._left = min(self._left, self._taken + _SOME_MORE)

    def _add(self, values: Iterable[Any]) -> None:
        for value in values:
            kind = self._kinds.get(type(value)) or self._kind(type(value))
            if kind != "dull" and id(value) not in self._seen:
                self._seen.add(id(value))
                (self._far if kind == "heavy" else self._near).append(value)

    def _kind(self, of: type) -> _Kind:
        kind: _Kind = "plain"
        if not TYPE_FLAGS.of_or(of, _HAVE_GC) & _HAVE_GC or issubclass(of, _DULL):
            kind = "dull"
        elif issubclass(of, self._heavy):
            kind = "heavy"
        self._kinds[of] = kind
        return kind


def referents(value: Any) -> Iterable[Any]:  # noqa: ANN401 - any object at all
    """Return what an object refers to, except what leads to the rest of the program.

    Left out are a module's variables, `sys.modules`, what a function can see besides its closure
    and defaults, and the callers of a frame.

    Args:
        value: Any object.
    """
    if type(value) is FunctionType:
        return (*(value.__closure__ or ()), *(value.__defaults__ or ()))
    if type(value) is dict:
        return () if _is_namespace(value) else gc.get_referents(value)
    found = gc.get_referents(value)
    if type(value) is FrameType:
        return [each for each in found if type(each) is not FrameType]
    return found


def _is_namespace(variables: dict[Any, Any]) -> bool:
    return variables is sys.modules or "__builtins__" in variables or "__spec__" in variables


def _heavy_types() -> tuple[type, ...]:
    found = (getattr(sys.modules.get(module), name, None) for module, name in _HEAVY)
    return tuple(kind for kind in found if isinstance(kind, type))
