"""The speech models people run with NeMo, as a table."""

from __future__ import annotations

import datetime as dt

from msgspec import Struct

from winasr_doctor._util.dated import Dated

GB = 1_000_000_000


class KnownModel(Struct, frozen=True):
    """One published model.

    Attributes:
        name: The name that users know.
        repo_id: Its repository on the Hugging Face Hub.
        filename: The file to download.
        download_bytes: Size of that file, rounded.
        nemo_class: The class NeMo restores.
        extra: Our extra that installs its requirements.
    """

    name: str
    repo_id: str
    filename: str
    download_bytes: int
    nemo_class: str
    extra: str = "asr"

    @property
    def unpacks(self) -> bool:
        """Whether loading unpacks the file into TEMP, which takes its size again."""
        return self.filename.endswith(".nemo")


MODELS = Dated(
    "published speech models and their sizes",
    dt.date(2026, 11, 21),
    (
        KnownModel(
            "parakeet-tdt-0.6b-v2",
            "nvidia/parakeet-tdt-0.6b-v2",
            "parakeet-tdt-0.6b-v2.nemo",
            2_472_000_000,
            "EncDecRNNTBPEModel",
        ),
        KnownModel(
            "parakeet-tdt-0.6b-v3",
            "nvidia/parakeet-tdt-0.6b-v3",
            "parakeet-tdt-0.6b-v3.nemo",
            2_509_000_000,
            "EncDecRNNTBPEModel",
        ),
        KnownModel(
            "parakeet-tdt-1.1b",
            "nvidia/parakeet-tdt-1.1b",
            "parakeet-tdt-1.1b.nemo",
            4_283_000_000,
            "EncDecRNNTBPEModel",
        ),
        KnownModel(
            "canary-1b-v2",
            "nvidia/canary-1b-v2",
            "canary-1b-v2.nemo",
            6_358_000_000,
            "EncDecMultiTaskModel",
        ),
        KnownModel(
            "canary-180m-flash",
            "nvidia/canary-180m-flash",
            "canary-180m-flash.nemo",
            737_000_000,
            "EncDecMultiTaskModel",
        ),
        KnownModel(
            "canary-qwen-2.5b",
            "nvidia/canary-qwen-2.5b",
            "model.safetensors",
            5_118_000_000,
            "SALM",
            extra="canary",
        ),
    ),
    "look through NVIDIA's speech models on the Hugging Face Hub: new ones, and the files' sizes",
)
"""Sizes are those of the published files, to the nearest ten megabytes or so; they are for
estimating free space and memory, not for verifying a download.
"""

KNOWN_MODELS = MODELS.rows

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
