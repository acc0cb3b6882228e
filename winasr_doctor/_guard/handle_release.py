"""Closes what this process itself keeps open in a folder that is about to be removed.

Waiting does not help here. Garbage collection does not help either while an exception propagates:
its traceback keeps the frames alive, the frames keep the DataLoader, and the DataLoader keeps a
generator that is suspended inside `with open(...)`. Closing that generator closes the file.
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
        folder: The temporary folder whose contents are all about to be deleted.
        paths: The paths in it that this process has open.
        frames: The frames to search, the one with the `with` statement first.
        home: The directory to change to if the folder is our current directory.

    Returns:
        Whether anything was closed.
    """
    done = _leave(folder, home)
    for _ in range(_ROUNDS):
        held = objects_holding([folder, *paths], list(_roots(frames)), seconds=math.inf)
        # Close a generator before its file: that runs its own `with` statements, in order.
        closed = [_close(each) for each in held]
        if not any(closed):
            break
        done = True
    return done


def _close(held: HeldObject) -> bool:
    try:
        held.value.close()
    except Exception:  # exported buffers, or a generator that refuses to end
        log.debug("closing %s failed", held.description, exc_info=True)
        return False
    log.info("closed %s, which kept %s open", held.description, held.target)
    return True


def _leave(folder: str, home: str | None) -> bool:
    """Leave the current directory if it is about to be deleted."""
    with contextlib.suppress(OSError, ValueError):
        here = os.path.realpath(os.getcwd())
        if home is not None and os.path.commonpath([here, os.path.realpath(folder)]) == (
            os.path.realpath(folder)
        ):
            os.chdir(home)
            return True
    return False


def _roots(frames: Sequence[FrameType]) -> Iterator[object]:
    """Return the values of the frames' variables; the model itself, a large graph, comes last."""
    last: list[object] = []
    for frame in frames:
        for name, value in list(frame.f_locals.items()):
            if name == "self":
                last.append(value)
            else:
                yield value
    yield from last
