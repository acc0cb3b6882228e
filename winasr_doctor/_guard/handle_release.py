"""Letting go of what this process itself keeps open in a folder that is to be removed.

Waiting cannot help there, and collecting garbage neither while an exception is on its way: its
traceback keeps the frames, they keep the DataLoader, and that keeps a generator that is suspended
inside `with open(...)`. Closing that generator closes the file.
"""

from __future__ import annotations

import contextlib
import logging
import math
import os
from collections.abc import Iterator, Sequence
from types import FrameType

from winasr_doctor.locks.holders import HeldObject, objects_holding

log = logging.getLogger("winasr_doctor.guard")

_ROUNDS = 5
"""The number of searches. Each ends soon after the first object that it finds, or after a fixed
number of objects, but at no fixed time: a garbage collection of a large heap or a busy machine can
take any time, and a search that ends too early leaves the folder behind."""


def let_go(
    folder: str, paths: Sequence[str], frames: Sequence[FrameType], home: str | None
) -> bool:
    """Close what these frames keep open in a temporary folder.

    Args:
        folder: The temporary folder, all of whose contents are about to be deleted.
        paths: What in it this process holds.
        frames: Where to look, that of the `with` statement first.
        home: Where to go if the folder is our current directory.

    Returns:
        Whether anything was let go of.
    """
    done = _leave(folder, home)
    for _ in range(_ROUNDS):
        held = objects_holding([folder, *paths], list(_roots(frames)), seconds=math.inf)
        # A generator comes before its file: closing it runs its own `with` statements, in order.
        closed = [_close(each) for each in held]
        if not any(closed):
            break
        done = True
    return done


def _close(held: HeldObject) -> bool:
    try:
        held.value.close()
    except Exception:  # exported buffers, or a generator that will not end
        log.debug("closing %s failed", held.description, exc_info=True)
        return False
    log.info("closed %s, which kept %s open", held.description, held.target)
    return True


def _leave(folder: str, home: str | None) -> bool:
    """Go back to where we were if the current directory is about to be deleted."""
    with contextlib.suppress(OSError, ValueError):
        here = os.path.realpath(os.getcwd())
        if home is not None and os.path.commonpath([here, os.path.realpath(folder)]) == (
            os.path.realpath(folder)
        ):
            os.chdir(home)
            return True
    return False


def _roots(frames: Sequence[FrameType]) -> Iterator[object]:
    """Return what the frames' variables are; the model itself, a large graph, last."""
    last: list[object] = []
    for frame in frames:
        for name, value in list(frame.f_locals.items()):
            if name == "self":
                last.append(value)
            else:
                yield value
    yield from last
