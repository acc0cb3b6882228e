"""Pausing Python's garbage collector while syntax trees are made and walked."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause the collector: a thousand syntax trees are many objects and no garbage.

    It would walk through all of them again and again, which takes longer than the parsing.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
