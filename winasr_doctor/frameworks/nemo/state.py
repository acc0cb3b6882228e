"""The global state of NeMo that we change or put in order, each change with its way back."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import ModuleType

from winasr_doctor.frameworks.sites import Undo


def remember(module: ModuleType) -> Undo:
    """Return what puts `AppState` in order after a load that fails.

    `SaveRestoreConnector` sets `AppState().is_model_being_restored` and resets it only when all
    went well; the next model that is built from scratch then believes that it is being restored
    from a folder that is gone (NeMo 3.0.0, save_restore_connector.py and modelPT.py).

    Args:
        module: That of `ModelPT`.
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
    """Keep NeMo from logging the whole configuration of a model, where it is imported already."""
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
