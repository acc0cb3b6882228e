"""Finds all objects of given types that the garbage collector tracks.

`gc.get_objects()` also returns tuples that another thread is still building. While somebody else
refers to one, CPython refuses to resize it, and that thread's `tuple(...)` fails with
`SystemError: bad argument to internal function` (Objects/tupleobject.c, `_PyTuple_Resize`). So the
whole list is made, searched and dropped within one call into C, which the interpreter does not
interrupt for another thread.
"""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from itertools import chain, compress
from operator import methodcaller
from typing import Any

_NUMBER = object.__hash__
"""An object's identity as a number. `id` would raise an audit event (CPython's list of audit
events) and so run any audit hooks."""


def instances_of(kinds: Iterable[type]) -> list[Any]:
    """Return all tracked objects whose type is exactly one of these.

    Args:
        kinds: The types; their subclasses count only when named too.
    """
    wanted = {_NUMBER(kind) for kind in kinds}
    everything: list[Any] = []
    found: list[Any] = []
    # Iterators are lazy: each of these reads `everything` as it is at that step.
    all_objects = chain.from_iterable(map(gc.get_objects, (None,)))
    is_wanted = map(wanted.__contains__, map(_NUMBER, map(type, everything)))
    steps: list[Callable[[], None]] = [
        partial(everything.extend, all_objects),
        partial(found.extend, compress(everything, is_wanted)),
        everything.clear,
    ]
    one_by_one = map(methodcaller("__call__"), steps)
    collecting = gc.isenabled()
    gc.disable()  # a collection would run finalizers, which may let other threads run
    try:
        deque(one_by_one, maxlen=0)
    finally:
        if collecting:
            gc.enable()
    return found
