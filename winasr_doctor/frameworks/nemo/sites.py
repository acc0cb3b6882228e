"""Where NeMo makes temporary folders, and where it leaves global state behind."""

from __future__ import annotations

from types import ModuleType

from winasr_doctor.frameworks.nemo.names import NAME, PACKAGE
from winasr_doctor.frameworks.sites import FolderSite, Framework, Phase, StateSite, Undo

LOADING = FolderSite(
    "nemo.core.connectors.save_restore_connector",
    "nemo.core",
    Phase.LOADING,
    {"SaveRestoreConnector.save_to": Phase.SAVING},
)
"""Unpacks a model in order to load it, and packs one in order to save it."""

TRANSCRIBING = FolderSite(
    "nemo.collections.asr.parts.mixins.transcription", "nemo.collections.asr", Phase.TRANSCRIBING
)
"""Writes the list of recordings, `manifest.json`.

When transcribing fails, the frame with the `with` statement has the DataLoader, and with that
lhotse's sampler and its suspended manifest iterator (lhotse, lazy.py, `LazyJsonlIterator`), which
keeps the file open.
"""


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


RESTORING = StateSite(
    "nemo.core.classes.modelPT",
    "nemo.core",
    "the state that a failed load leaves behind",
    "ModelPT.restore_from",
    ("AppState",),
    remember,
)

FRAMEWORK = Framework(NAME, PACKAGE, (LOADING, TRANSCRIBING, RESTORING))
