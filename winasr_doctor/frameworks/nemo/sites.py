"""Where NeMo makes temporary folders and where it leaves global state behind."""

from __future__ import annotations

from winasr_doctor.frameworks.nemo.names import NAME, PACKAGE
from winasr_doctor.frameworks.nemo.state import remember
from winasr_doctor.frameworks.sites import FolderSite, Framework, Phase, StateSite

LOADING = FolderSite(
    "nemo.core.connectors.save_restore_connector",
    Phase.LOADING,
    "nemo.core",
    {"SaveRestoreConnector.save_to": Phase.SAVING},
)
"""Unpacks a model in order to load it, and packs one in order to save it."""

TRANSCRIBING = FolderSite(
    "nemo.collections.asr.parts.mixins.transcription", Phase.TRANSCRIBING, "nemo.collections.asr"
)
"""Writes the list of recordings, `manifest.json`.

When transcribing fails, the frame with the `with` statement has the DataLoader, and with that
lhotse's sampler and its suspended manifest iterator (lhotse, lazy.py, `LazyJsonlIterator`), which
keeps the file open.
"""

DIARIZING = FolderSite(
    "nemo.collections.asr.parts.mixins.diarization",
    Phase.DIARIZING,
)
"""Writes `manifest.json` for `diarize()`, as `TRANSCRIBING` does, with the same iterator."""

CLUSTERING = FolderSite(
    "nemo.collections.asr.models.clustering_diarizer",
    Phase.LOADING,
    methods={"ClusteringDiarizer.save_to": Phase.SAVING},
)
"""Unpacks and packs a diarizer; its working directory is in the folder while two models load."""

SPEAKERS = FolderSite(
    "nemo.collections.asr.models.label_models",
    Phase.VERIFYING,
)
"""`verify_speakers_batch` cleans its folder up by hand before it returns the decisions."""

MULTISCALE = FolderSite(
    "nemo.collections.asr.models.msdd_models",
    Phase.DIARIZING,
    methods={"NeuralDiarizer.save_to": Phase.SAVING},
)
"""The multi-scale diarizer of NeMo 2, which NeMo 3 no longer has. Its folder is in the app's
output folder (`dir=out_dir`)."""

ENHANCING = FolderSite(
    "nemo.collections.audio.models.audio_to_audio",
    Phase.ENHANCING,
)
"""`process` returns the paths of the enhanced recordings after the folder's cleanup."""

GRAPHS = FolderSite(
    "nemo.collections.asr.parts.utils.wfst_utils",
    Phase.LOADING,
)
"""Compiles a language model's graph, and draws one."""

CONFIGURATIONS = FolderSite(
    "nemo.utils.model_utils",
    Phase.LOADING,
)
"""`load_config` unpacks a model to read its configuration."""

RESTORING = StateSite(
    "nemo.core.classes.modelPT",
    "nemo.core",
    "the state that a failed load leaves behind",
    "ModelPT.restore_from",
    ("AppState",),
    remember,
)

_NOT_SPEECH = "it does not recognize speech"

_ONLY_TRAINING = "only training uses it"

_TWICE_BY_NAME = (
    "it opens a `NamedTemporaryFile` a second time by name, which always fails on Windows"
)

UNGUARDED = {
    "nemo.collections.asr.models.transformer_bpe_models": "it imports `tempfile` without using it",
    "nemo.collections.asr.parts.context_biasing.context_graph_universal": (
        "it imports `tempfile` inside the function that draws a graph, which no patch of the module"
        " reaches"
    ),
    "nemo.collections.asr.parts.preprocessing.perturb": _TWICE_BY_NAME,
    "nemo.collections.asr.parts.submodules.wfst_decoder": _TWICE_BY_NAME,
    "nemo.collections.asr.parts.utils.transcribe_utils": (
        "it makes a file and no folder, and leaves its removal to the script that calls it"
    ),
    "nemo.collections.common.parts.nlp_overrides": _NOT_SPEECH,
    "nemo.collections.llm": _NOT_SPEECH,
    "nemo.collections.multimodal": _NOT_SPEECH,
    "nemo.collections.nlp": _NOT_SPEECH,
    "nemo.collections.speechlm2.parts.augmentation": _ONLY_TRAINING,
    "nemo.collections.tts": _NOT_SPEECH,
    "nemo.export": "it converts models for other programs",
    "nemo.utils.callbacks": _ONLY_TRAINING,
    "nemo.utils.distributed": "only processes that share their work use it, and none transcribes",
}
"""Modules and packages of NeMo that use `tempfile` and are not guarded, and why. Source: NeMo's own
source, 2.2.1 to 3.0.0; a test compares it with the NeMo that is installed."""

FRAMEWORK = Framework(
    NAME,
    PACKAGE,
    (
        LOADING,
        TRANSCRIBING,
        DIARIZING,
        CLUSTERING,
        SPEAKERS,
        MULTISCALE,
        ENHANCING,
        GRAPHS,
        CONFIGURATIONS,
        RESTORING,
    ),
    UNGUARDED,
)
