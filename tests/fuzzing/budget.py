"""How many examples a fuzzer tries."""

from __future__ import annotations

import os

VARIABLE = "WINASR_DOCTOR_FUZZ"
"""Multiplies the number of examples; `tox -e soak` sets it."""


def examples(usual: int) -> int:
    """Return how many examples to try, for `hypothesis.settings(max_examples=...)`.

    Args:
        usual: How many a plain run has time for.
    """
    return usual * max(int(os.environ.get(VARIABLE) or "1"), 1)
