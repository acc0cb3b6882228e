"""The names of the packages that run Whisper."""

from __future__ import annotations

from types import MappingProxyType

TRACKERS = MappingProxyType(
    {
        "whisper": "openai/whisper",
        "faster_whisper": "SYSTRAN/faster-whisper",
        "whisperx": "m-bain/whisperX",
        "ctranslate2": "OpenNMT/CTranslate2",
        "insanely_fast_whisper": "Vaibhavs10/insanely-fast-whisper",
        "lightning_whisper_mlx": "mustafaaljadery/lightning-whisper-mlx",
        "mlx_whisper": "ml-explore/mlx-examples",
        "pywhispercpp": "absadiki/pywhispercpp",
        "stable_whisper": "jianfch/stable-ts",
        "whisper_s2t": "shashikg/WhisperS2T",
        "whisper_timestamped": "linto-ai/whisper-timestamped",
    }
)
"""The repository on GitHub of each package, by its name in an import, as its page on PyPI says.
CTranslate2 is the engine of faster-whisper and WhisperX."""

RECOGNISERS = frozenset(TRACKERS) - {"ctranslate2"}
"""The packages with a `transcribe` of their own. The pipelines of transformers have none: they are
called."""

SPEECH_TASK = "automatic-speech-recognition"
"""The task of a speech pipeline in transformers (documentation of `transformers.pipeline`)."""

PIPELINES = frozenset(
    {
        *("transformers.pipeline", "transformers.pipelines.pipeline"),
        "transformers.AutomaticSpeechRecognitionPipeline",
    }
)
"""What makes a pipeline of transformers, which transcribes when it is called."""

LOADERS = frozenset(
    {
        *("whisper.load_model", "whisperx.load_model", "whisperx.asr.load_model"),
        *("faster_whisper.WhisperModel", "faster_whisper.transcribe.WhisperModel"),
        *("stable_whisper.load_model", "stable_whisper.load_faster_whisper"),
        *("stable_whisper.load_hf_whisper", "whisper_timestamped.load_model"),
        *("whisper_s2t.load_model", "pywhispercpp.model.Model"),
    }
)
"""Functions and classes that load a model. openai-whisper also reads and hashes the whole file each
time. Sources: the packages' READMEs; openai-whisper, `whisper/__init__.py` (`_download`)."""

ONE_AT_A_TIME = LOADERS & {
    *("whisper.load_model", "stable_whisper.load_model", "whisper_timestamped.load_model"),
    *("whisperx.load_model", "whisperx.asr.load_model"),
}
"""What loads a model that must not transcribe twice at once. openai-whisper and the packages that
use it put hooks into the model for its cache; WhisperX keeps its tokenizer in the model. Sources:
openai-whisper, `decoding.py` (`PyTorchInference`) and `model.py` (`install_kv_cache_hooks`);
whisper-timestamped issue 124; WhisperX issue 1171. faster-whisper is safe: CTranslate2 queues its
work (CTranslate2, "Multithreading and parallelism")."""
