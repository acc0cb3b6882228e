"""Recognises NeMo's calls in an app's source."""

from __future__ import annotations

import re

from winasr_doctor.frameworks.nemo.names import PACKAGE
from winasr_doctor.frameworks.whisper import names as whisper

_LOADER = re.compile(r"(?:nemo_asr\.models\.)\w+|(?:\w+\.)*(?:ASRModel|EncDec\w+)")


def takes_no_revision(name: str) -> bool:
    """Return whether a class's `from_pretrained` has no `revision` argument.

    NeMo's speech-language models (`speechlm2`, such as SALM) do have one. Source: NeMo,
    `nemo/core/classes/common.py` and `collections/speechlm2/parts/hf_hub.py`.

    Args:
        name: The complete dotted name of the class.
    """
    with_one = f"{PACKAGE}.collections.speechlm2"
    return name.startswith(f"{PACKAGE}.") and not name.startswith(with_one)


def is_spelled_like_one(name: str) -> bool:
    """Return whether a name whose import is not visible usually means a NeMo model class.

    Args:
        name: The name as written, such as `nemo_asr.models.ASRModel`.
    """
    return _LOADER.fullmatch(name) is not None


LOADS = frozenset({"restore_from", "from_pretrained", "load_model"})
"""Methods that load a model."""

RUNS = frozenset(
    {
        *("transcribe", "transcribe_generator", "diarize", "diarize_generator"),
        *("verify_speakers", "verify_speakers_batch"),
    }
)
"""Methods that compute a result from audio; no other common library has all of these names.
Source: NeMo 3.0.0, `asr/parts/mixins/transcription.py`, `diarization.py`, `label_models.py`."""

RUNS_OF_KNOWN_MODELS = frozenset(
    {"generate", "process", "get_label", "get_embedding", "infer_file", "batch_inference"}
)
"""Methods with common names that count only if the object is known to be NeMo's: SALM, enhancement
and speaker models. Source: NeMo 3.0.0, `speechlm2/models/salm.py`, `audio_to_audio.py`,
`label_models.py`."""

CALLED_MODELS = frozenset({"NeuralDiarizer"})
"""Models that are called like a function. Source: NeMo 2.7.3, `msdd_models.py`."""

OTHER_RECOGNISERS = frozenset(
    {
        *whisper.RECOGNISERS,
        *("openai", "vosk", "speech_recognition", "assemblyai", "deepgram", "funasr", "espnet2"),
        *("speechbrain", "parakeet_mlx", "mlx_audio", "onnx_asr", "sherpa_onnx", "moonshine"),
        *("moonshine_onnx", "useful_moonshine_onnx", "qwen_asr", "gigaam", "mlx"),
    }
)
"""Packages with their own `transcribe`."""


def is_nemos(origins: frozenset[str]) -> bool | None:
    """Return whether an object is NeMo's, by the names of what may have made it.

    Args:
        origins: Complete dotted names; empty if nothing is known.

    Returns:
        `None` if nothing is known.
    """
    packages = {name.lstrip(".").partition(".")[0] for name in origins}
    if not packages:
        return None
    return PACKAGE in packages or "nemo_toolkit" in packages


def is_called_model(origins: frozenset[str]) -> bool:
    """Return whether calling an object computes a result.

    Args:
        origins: Complete dotted names of what may have made it.
    """
    return any(
        name.startswith(f"{PACKAGE}.") and not CALLED_MODELS.isdisjoint(name.split("."))
        for name in origins
    )
