"""Writes a tiny Canary of random weights: NeMo's class for attention encoder-decoders (AED).

It is built like canary-1b-v2: a prompt with the languages, and a CTC model in the same archive that
finds the times of the words. Source: NeMo 3.0.0, `aed_multitask_models.py` and `canary2.py`.
"""

from __future__ import annotations

import copy
import tarfile
from pathlib import Path
from typing import Any

Config = dict[str, Any]

LANGUAGES = ("en", "de")
_SLOTS = (
    *("startofcontext", "emo:undefined", "itn", "noitn", "diarize", "nodiarize"),
    *("timestamp", "notimestamp", *LANGUAGES),
)
_WORDS = ("▁nine", "▁open", "▁yes", "▁start")
"""All that it says; every one is a token of the bundled tokenizer."""

_WIDTH = 64
_LONGEST = 12
"""Tokens of the prompt, which has 9, and of the text."""


def write(path: Path, base: Config, aligner: Config) -> None:
    """Write the model's archive.

    Args:
        path: The file.
        base: The bundled model's configuration, with its tokenizer in a folder.
        aligner: The configuration of a CTC model.
    """
    import torch
    from nemo.collections.asr.models import EncDecCTCModelBPE, EncDecMultiTaskModel
    from omegaconf import OmegaConf

    model = EncDecMultiTaskModel(cfg=OmegaConf.create(_config(base, path.parent))).eval()
    with torch.no_grad():
        likely = model.log_softmax.mlp.layer0.bias.fill_(-1e4)
        for language in LANGUAGES:
            for word in _WORDS:
                likely[model.tokenizer.token_to_id(word, language)] = 0.0
    model.cfg.restore_timestamps_model = True
    model.save_to(str(path))
    apart = path.with_name("aligner.nemo")
    EncDecCTCModelBPE(cfg=OmegaConf.create(aligner)).save_to(str(apart))
    _add(apart, path)


def _add(aligner: Path, archive: Path) -> None:
    """Put the model that finds the times into the archive, under the names NeMo looks for."""
    with tarfile.open(aligner) as found, tarfile.open(archive, "a") as whole:
        for member in found.getmembers():
            member.name = member.name.replace("model_", "timestamps_asr_model_")
            whole.addfile(member, found.extractfile(member))


def _config(base: Config, folder: Path) -> Config:
    from nemo.collections.common.tokenizers.canary_tokenizer import CanaryTokenizer

    CanaryTokenizer.build_special_tokenizer(list(_SLOTS), folder / "special")
    tokenizers = dict.fromkeys(LANGUAGES, base["tokenizer"])
    special = {"dir": str(folder / "special"), "type": "bpe"}
    kept = {key: base[key] for key in ("sample_rate", "preprocessor", "encoder")}
    widths = ("asr_enc_hidden", "lm_enc_hidden", "lm_dec_hidden")
    return copy.deepcopy(
        {
            **kept,
            "prompt_format": "canary2",
            "restore_timestamps_model": False,  # else that of the model restored last
            "model_defaults": dict.fromkeys(widths, _WIDTH),
            "tokenizer": {
                "dir": None,
                "type": "agg",
                "langs": {"spl_tokens": special, **tokenizers},
                "custom_tokenizer": {
                    "_target_": f"{CanaryTokenizer.__module__}.CanaryTokenizer",
                    "tokenizers": None,
                },
            },
            "transf_decoder": _DECODER,
            "head": _HEAD,
            "decoding": {"strategy": "beam", "beam": {"beam_size": 1}},
            "loss": {
                "_target_": "nemo.collections.common.losses.smoothed_cross_entropy"
                ".SmoothedCrossEntropyLoss",
            },
        }
    )


_DECODER = {
    "_target_": "nemo.collections.asr.modules.transformer.get_nemo_transformer",
    "model_name": None,
    "pretrained": False,
    "encoder": None,
    "pre_ln_final_layer_norm": True,
    "config_dict": {
        "max_sequence_length": _LONGEST,
        "num_token_types": 0,
        "hidden_size": _WIDTH,
        "inner_size": _WIDTH,
        "num_layers": 1,
        "num_attention_heads": 1,
        "pre_ln": True,
        "vocab_size": None,
    },
}
_HEAD = {
    "_target_": "nemo.collections.asr.parts.submodules.token_classifier.TokenClassifier",
    "num_layers": 1,
    "activation": "relu",
    "log_softmax": True,
    "hidden_size": _WIDTH,
    "num_classes": None,
}
