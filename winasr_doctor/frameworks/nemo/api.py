"""What NeMo's speech API has had, and in which versions: names of models and of arguments."""

from __future__ import annotations

from winasr_doctor.frameworks.nemo.names import PACKAGE

ASR_MODELS = f"{PACKAGE}.collections.asr.models"

CURRENT_MODELS = frozenset(
    {
        *("ASRModel", "ClassificationInferConfig", "ClusteringDiarizer", "EncDecCTCModel"),
        *("EncDecCTCModelBPE", "EncDecClassificationModel", "EncDecDenoiseMaskedTokenPredModel"),
        *("EncDecFrameClassificationModel", "EncDecHybridRNNTCTCBPEModel"),
        *("EncDecHybridRNNTCTCBPEModelWithPrompt", "EncDecHybridRNNTCTCModel"),
        *("EncDecMaskedTokenPredModel", "EncDecMultiTaskModel", "EncDecMultiTalkerRNNTBPEModel"),
        *("EncDecRNNTBPEModel", "EncDecRNNTBPEModelWithPrompt", "EncDecRNNTModel"),
        *("EncDecSpeakerLabelModel", "EncDecTransfModelBPE", "SortformerEncLabelModel"),
        *("SpeechEncDecSelfSupervisedModel",),
    }
)
"""What `nemo.collections.asr.models` exports. Source: its `__init__.py` in NeMo 3.0.0."""

FORMER_MODELS = frozenset(
    {
        *("AudioToAudioModel", "ClassificationTranscribeConfig", "ConfidenceEnsembleModel"),
        *("EncDecDiarLabelModel", "EncDecK2RnntSeqModel", "EncDecK2RnntSeqModelBPE"),
        *("EncDecK2SeqModel", "EncDecK2SeqModelBPE", "EncDecTranslationRNNTBPEModel"),
        *("EncMaskDecAudioToAudioModel", "ExportableEncDecModel", "NeuralDiarizer"),
        *("SLUIntentSlotBPEModel", "TranscribeConfig"),
    }
)
"""What it exported in NeMo 1 or 2 and no longer does. Source: the same file in 1.x and 2.x."""

REMOVED_ARGUMENTS = {"paths2audio_files": "audio", "logprobs": "return_hypotheses"}
"""Arguments of `transcribe` that NeMo 2 renamed or removed, with what replaces them. Source: NeMo
1.22 `asr/models/asr_model.py`, NeMo 3.0.0 `asr/parts/mixins/transcription.py`; NeMo issue 10069.
`ClusteringDiarizer.diarize` still has `paths2audio_files`."""


def major(version: str | None) -> int | None:
    """Return the first number of a version, or `None` if there is none."""
    first = (version or "").partition(".")[0]
    return int(first) if first.isdigit() else None
