"""Releases what an exception keeps alive: open files, tensors, GPU memory.

A traceback holds every frame it passed, and the frames hold their local variables. With NeMo these
include the batch on the GPU, and the half-read manifest that Windows cannot delete while it is
open. Clearing the frames is not enough: reference cycles are freed only by the next collection.
"""

from __future__ import annotations

import gc
import sys
import traceback
from contextlib import suppress

from winasr_doctor.diagnosis import Diagnosis
from winasr_doctor.diagnosis.live import walk


def release_frames(error: BaseException) -> None:
    """Clear the frames of an exception and of its chain, and collect what that frees.

    The tracebacks can still be printed; `traceback.clear_frames` skips frames that are running.
    """
    for exception in walk(error):
        # A generator that this closes may raise anything from its `finally`.
        with suppress(Exception):
            traceback.clear_frames(exception.__traceback__)
    gc.collect()


def release_gpu_memory() -> None:
    """Return freed GPU memory to the driver, if torch is in use."""
    torch = sys.modules.get("torch")
    with suppress(Exception):  # a CUDA error persists; it must not replace the current one
        if torch is not None and torch.cuda.is_initialized():
            torch.cuda.empty_cache()


def primary_error(error: BaseException, diagnosis: Diagnosis) -> BaseException:
    """Return the real error: `error` itself, or what a cleanup error hides.

    Args:
        error: The exception that was raised.
        diagnosis: Its diagnosis.
    """
    hidden = diagnosis.error if diagnosis.hidden else None
    return error if hidden is None else hidden
