"""Letting go of what an exception keeps alive: open files, tensors, GPU memory.

A traceback holds every frame it passed, and the frames hold their local variables: with NeMo the
batch on the GPU, and the half-read manifest that cannot be deleted on Windows while it is open.
Clearing the frames is not enough by itself: reference cycles go with the next collection only.
"""

from __future__ import annotations

import gc
import sys
import traceback
from contextlib import suppress

from winasr_doctor._util.foreign_exceptions import walk
from winasr_doctor.diagnosis import Diagnosis


def release_frames(error: BaseException) -> None:
    """Empty the frames of an exception and of all behind it, and collect what that frees.

    The tracebacks still print; `traceback.clear_frames` passes over frames that are running.
    """
    for exception in walk(error):
        # A generator that is closed by this may raise anything from its `finally`.
        with suppress(Exception):
            traceback.clear_frames(exception.__traceback__)
    gc.collect()


def release_gpu_memory() -> None:
    """Give freed GPU memory back to the driver, where torch is in use."""
    torch = sys.modules.get("torch")
    with suppress(Exception):  # an error of CUDA lasts; it must not replace the one in hand
        if torch is not None and torch.cuda.is_initialized():
            torch.cuda.empty_cache()


def primary_error(error: BaseException, diagnosis: Diagnosis) -> BaseException:
    """Return the real error: `error` itself, or what a cleanup error hides.

    Args:
        error: What was raised.
        diagnosis: Its diagnosis.
    """
    hidden = diagnosis.error if diagnosis.hidden else None
    return error if hidden is None else hidden
