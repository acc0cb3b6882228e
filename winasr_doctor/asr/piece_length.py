"""Chooses how long a piece of a recording may be: by the model, and by the free memory."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from winasr_doctor.asr.speech_language.generating import is_generator
from winasr_doctor.frameworks.nemo import calls
from winasr_doctor.models.known import CANARY_SECONDS

LONGEST = 30.0
"""Seconds of a piece for a model that takes any length. Attention grows with the square of the
length, so longer pieces take more time and more memory, not less; and a person would wait longer
for the next words, and a cancel for its end."""

SHORTEST = 5.0
"""Seconds that always fit; a model that runs out of memory on less has no room for anything."""

_BYTES_PER_SQUARE_SECOND = 40_000
"""Memory that attention takes, by the square of a piece's seconds. Source: the model card of
parakeet-tdt-0.6b-v2, "24 minutes" on a GPU of 80 GB; the bundled model takes half of it (measured).
"""

_USED = 0.5
"""The share of the free memory that a piece may take."""


def longest_piece(model: Any, together: int) -> float:  # noqa: ANN401 - a NeMo model
    """Return how many seconds a piece may have at most.

    Args:
        model: The model.
        together: How many pieces are transcribed at once.
    """
    limit = LONGEST
    if is_generator(model):
        limit = CANARY_SECONDS
    elif calls.needs_files(model):
        limit = calls.LONG
    free = _free_memory(model)
    if free is None:
        return limit
    fits = (_USED * free / together / _BYTES_PER_SQUARE_SECOND) ** 0.5
    return min(limit, max(SHORTEST, float(fits)))


def is_on_gpu(model: Any) -> bool:  # noqa: ANN401 - a NeMo model
    """Return whether a model is on a GPU of NVIDIA's."""
    return getattr(getattr(model, "device", None), "type", None) == "cuda"


def _free_memory(model: Any) -> int | None:  # noqa: ANN401
    """Return the bytes that are free on the model's device; `None` if that cannot be found out."""
    with suppress(Exception):  # a driver's error; a piece that does not fit is halved later
        if is_on_gpu(model):
            import torch

            free, _total = torch.cuda.mem_get_info(model.device)
            return int(free)
        import psutil

        return int(psutil.virtual_memory().available)
    return None
