"""Changes to NeMo's global state, each with a way to undo it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import ModuleType

from winasr_doctor.frameworks.sites import Undo


def remember(module: ModuleType) -> Undo:
    """Return a function that restores `AppState` after a failed load.

    `SaveRestoreConnector` sets `AppState().is_model_being_restored` and resets it only on success.
    After a failure, the next model that is built from scratch believes that it is being restored
    from a folder that no longer exists (NeMo 3.0.0, save_restore_connector.py and modelPT.py).

    Args:
        module: The module of `ModelPT`.
    """
    state = module.AppState()
    before = len(getattr(state, "_all_model_restore_paths", ()))

    def undo() -> None:
        state.is_model_being_restored = False
        state.nemo_file_folder = None
        paths = getattr(state, "_all_model_restore_paths", None)
        if isinstance(paths, list):
            del paths[before:]

    return undo


@contextmanager
def quiet() -> Iterator[None]:
    """Keep NeMo, if it is already imported, from logging a model's whole configuration."""
    import logging

    logger = None
    with suppress(Exception):
        logger = sys.modules["nemo.utils"].logging
        before = logger.getEffectiveLevel()
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        if logger is not None:
            logger.setLevel(before)
