"""Pauses Python's garbage collector while syntax trees are built and walked."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause the collector: a thousand syntax trees are many objects but no garbage.

    The collector would walk all of them repeatedly, which takes longer than parsing.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
