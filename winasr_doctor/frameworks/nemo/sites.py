"""Where NeMo makes temporary folders and where it leaves global state behind."""

from __future__ import annotations

from winasr_doctor.frameworks.nemo.names import NAME, PACKAGE
from winasr_doctor.frameworks.nemo.state import remember
from winasr_doctor.frameworks.sites import FolderSite, Framework, Phase, StateSite

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

RESTORING = StateSite(
    "nemo.core.classes.modelPT",
    "nemo.core",
    "the state that a failed load leaves behind",
    "ModelPT.restore_from",
    ("AppState",),
    remember,
)

FRAMEWORK = Framework(NAME, PACKAGE, (LOADING, TRANSCRIBING, RESTORING))
