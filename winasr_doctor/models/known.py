"""The speech models people run with NeMo, as a table."""

from __future__ import annotations

import datetime as dt

from winasr_doctor._util.dated import Dated
from winasr_doctor.models.model import KnownModel
from winasr_doctor.models.published import DIARIZERS, PUBLISHED

GB = 1_000_000_000


MODELS = Dated(
    "published speech models and their sizes",
    dt.date(2026, 11, 29),
    PUBLISHED,
    "look through NVIDIA's speech models on the Hugging Face Hub: new ones, and the files' sizes",
)
"""Sizes are for estimating free space and memory, not for verifying a download."""

KNOWN_MODELS = MODELS.rows
COMMON_MODELS = tuple(model for model in KNOWN_MODELS if model.common)

ALIASES = {
    "parakeet-v2": "parakeet-tdt-0.6b-v2",
    "parakeet-0.6b-v2": "parakeet-tdt-0.6b-v2",
    "parakeet": "parakeet-tdt-0.6b-v3",
    "parakeet-v3": "parakeet-tdt-0.6b-v3",
    "parakeet-0.6b": "parakeet-tdt-0.6b-v3",
    "parakeet-0.6b-v3": "parakeet-tdt-0.6b-v3",
    "parakeet-1.1b": "parakeet-tdt-1.1b",
    "canary": "canary-1b-v2",
    "canary-v2": "canary-1b-v2",
    "nemotron": "nemotron-3.5-asr-streaming-0.6b",
    "nemotron-3.5": "nemotron-3.5-asr-streaming-0.6b",
    "canary-flash": "canary-180m-flash",
    "canary-180m": "canary-180m-flash",
    "canary-qwen": "canary-qwen-2.5b",
    "sortformer": "diar_streaming_sortformer_4spk-v2.1",
}
"""Shorter names. One without a version is the newest of its size that is in the table."""

CANARY_QWEN = "nvidia/canary-qwen-2.5b"
CANARY_QWEN_FILES = ("config.json", "model.safetensors")
"""The files of it that NeMo reads. Source: NeMo 3.0.0,
`nemo/collections/speechlm2/parts/hf_hub.py`, and huggingface_hub, `hub_mixin.py`.
"""

CANARY_QWEN_INSIDE = "Qwen/Qwen3-1.7B"
"""The language model inside Canary-Qwen: NeMo loads its configuration and tokenizer from this
repository's default branch. Source: Canary-Qwen's `config.json`, `pretrained_llm`; NeMo 3.0.0,
`nemo/collections/speechlm2/models/salm.py`.
"""

CANARY_NEEDS = Dated(
    "what Canary-Qwen needs beyond NeMo's [asr]",
    dt.date(2026, 11, 21),
    {"peft": '"peft<=0.18.0"', "accelerate": "accelerate"},
    "import SALM with the newest NeMo's [asr] alone, and read its limits in the extra [speechlm2]",
)
"""Packages that Canary-Qwen needs besides NeMo's `[asr]`, quoted for a shell. With NeMo 3.0.0,
`from nemo.collections.speechlm2.models import SALM` needs these two and nothing else of NeMo's
extra `[speechlm2]` (run). NeMo's own limit for peft is `<=0.18.0`; 0.21.2 was found to work.
"""

CANARY_REQUIREMENTS = CANARY_NEEDS.rows

CANARY_PACKAGES = tuple(CANARY_REQUIREMENTS)
CANARY_INSTALL = " ".join(CANARY_REQUIREMENTS.values())
"""Arguments for `pip install`; the extra `[canary]` lists the same, plus NeMo and torch."""

CANARY_SECONDS = 40.0
"""Maximum seconds of audio that Canary-Qwen takes at once. Source: its model card, "Input".
"""

LARGEST_UNPACKED = max(model.download_bytes for model in KNOWN_MODELS if model.unpacks)
"""Bytes that loading the largest known `.nemo` file writes below TEMP."""


def known_model(name: str) -> KnownModel | None:
    """Return the known model or diarizer with a name, alias or repository."""
    name = name.strip().casefold()
    name = ALIASES.get(name, name)
    models = (*KNOWN_MODELS, *DIARIZERS)
    return next((m for m in models if name in (m.name.casefold(), m.repo_id.casefold())), None)
