"""Tiny models with random weights, which give the same meaningless results each time."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Any

FEATURES: dict[str, Any] = {
    "_target_": "nemo.collections.asr.modules.AudioToMelSpectrogramPreprocessor",
    "normalize": "per_feature",
    "window_size": 0.025,
    "sample_rate": 16_000,
    "window_stride": 0.01,
    "window": "hann",
    "features": 80,
    "n_fft": 512,
    "frame_splicing": 1,
    "dither": 0.0,
}
ENCODER: dict[str, Any] = {
    "_target_": "nemo.collections.asr.modules.ConformerEncoder",
    "feat_in": 80,
    "feat_out": -1,
    "n_layers": 1,
    "d_model": 32,
    "subsampling": "dw_striding",
    "subsampling_factor": 8,
    "subsampling_conv_channels": 16,
    "ff_expansion_factor": 2,
    "self_attention_model": "rel_pos",
    "n_heads": 2,
    "conv_kernel_size": 9,
}
LETTERS = list(" abcdefghijklmnopqrstuvwxyz'")
NO_DATA = {
    "manifest_filepath": None,
    "labels": None,
    "sample_rate": 16_000,
    "batch_size": 1,
    "shuffle": False,
}
OPTIMIZER = {"name": "adamw", "lr": 1e-4}

SORTFORMER: dict[str, Any] = {
    "sample_rate": 16_000,
    "pil_weight": 0.5,
    "ats_weight": 0.5,
    "max_num_of_spks": 4,
    "model_defaults": {"fc_d_model": 32, "tf_d_model": 32},
    "preprocessor": FEATURES,
    "sortformer_modules": {
        "_target_": "nemo.collections.asr.modules.sortformer_modules.SortformerModules",
        "num_spks": 4,
        "dropout_rate": 0.1,
        "fc_d_model": 32,
        "tf_d_model": 32,
    },
    "encoder": ENCODER,
    "transformer_encoder": {
        "_target_": (
            "nemo.collections.asr.modules.transformer.transformer_encoders.TransformerEncoder"
        ),
        "num_layers": 1,
        "hidden_size": 32,
        "inner_size": 64,
        "num_attention_heads": 2,
        "attn_score_dropout": 0.0,
        "attn_layer_dropout": 0.0,
        "ffn_dropout": 0.0,
        "hidden_act": "relu",
        "pre_ln": False,
        "pre_ln_final_layer_norm": True,
    },
    "loss": {
        "_target_": "nemo.collections.asr.losses.bce_loss.BCELoss",
        "weight": None,
        "reduction": "mean",
    },
    "optim": OPTIMIZER,
}

STREAMING: dict[str, Any] = {
    "sample_rate": 16_000,
    "labels": LETTERS,
    "preprocessor": FEATURES,
    "encoder": {
        **ENCODER,
        "causal_downsampling": True,
        "att_context_size": [[70, 13]],
        "att_context_style": "chunked_limited",
        "conv_context_size": "causal",
        "conv_norm_type": "layer_norm",
    },
    "decoder": {
        "_target_": "nemo.collections.asr.modules.ConvASRDecoder",
        "feat_in": 32,
        "num_classes": len(LETTERS),
        "vocabulary": LETTERS,
    },
    "validation_ds": {**NO_DATA, "labels": LETTERS},
    "optim": OPTIMIZER,
}
"""A model that transcribes a recording as a whole, or piece by piece."""

SPEAKERS: dict[str, Any] = {
    "sample_rate": 16_000,
    "train_ds": NO_DATA,
    "validation_ds": NO_DATA,
    "preprocessor": FEATURES,
    "encoder": {
        "_target_": "nemo.collections.asr.modules.ConvASREncoder",
        "feat_in": 80,
        "activation": "relu",
        "conv_mask": True,
        "jasper": [
            {
                "filters": 16,
                "repeat": 1,
                "kernel": [3],
                "stride": [1],
                "dilation": [1],
                "dropout": 0.0,
                "residual": False,
                "separable": True,
            }
        ],
    },
    "decoder": {
        "_target_": "nemo.collections.asr.modules.SpeakerDecoder",
        "feat_in": 16,
        "num_classes": 4,
        "pool_mode": "xvector",
        "emb_sizes": [16],
    },
    "optim": OPTIMIZER,
}

ENHANCER: dict[str, Any] = {
    "sample_rate": 16_000,
    "skip_nan_grad": False,
    "num_outputs": 1,
    "encoder": {
        "_target_": "nemo.collections.audio.modules.transforms.AudioToSpectrogram",
        "fft_length": 64,
        "hop_length": 32,
    },
    "decoder": {
        "_target_": "nemo.collections.audio.modules.transforms.SpectrogramToAudio",
        "fft_length": 64,
        "hop_length": 32,
    },
    "mask_estimator": {
        "_target_": "nemo.collections.audio.modules.masking.MaskEstimatorRNN",
        "num_outputs": 1,
        "num_subbands": 33,
        "num_features": 8,
        "num_layers": 1,
        "bidirectional": False,
    },
    "mask_processor": {
        "_target_": "nemo.collections.audio.modules.masking.MaskReferenceChannel",
        "ref_channel": 0,
    },
    "loss": {"_target_": "nemo.collections.audio.losses.audio.SDRLoss", "scale_invariant": True},
    "metrics": {},
    "optim": OPTIMIZER,
}

CLUSTERING: dict[str, Any] = {
    "device": "cpu",
    "sample_rate": 16_000,
    "num_workers": 0,
    "batch_size": 4,
    "verbose": False,
    "diarizer": {
        "manifest_filepath": None,
        "out_dir": None,
        "oracle_vad": True,
        "collar": 0.25,
        "ignore_overlap": True,
        "vad": {"model_path": None, "external_vad_manifest": None, "parameters": {}},
        "speaker_embeddings": {
            "model_path": None,
            "parameters": {
                "window_length_in_sec": 0.5,
                "shift_length_in_sec": 0.25,
                "multiscale_weights": None,
                "save_embeddings": False,
            },
        },
        "clustering": {
            "parameters": {
                "oracle_num_speakers": False,
                "max_num_speakers": 2,
                "enhanced_count_thres": 80,
                "max_rp_threshold": 0.25,
                "sparse_search_volume": 5,
                "maj_vote_spk_count": False,
            }
        },
    },
}
"""The settings of a diarizer that is told where speech is."""


def build(kind: str, config: dict[str, Any]) -> Any:
    """Return a model.

    Args:
        kind: Its class, one of those for speech or for enhancing.
        config: Its configuration.
    """
    import torch
    from nemo.collections.asr import models
    from nemo.collections.audio.models import enhancement
    from omegaconf import OmegaConf

    torch.manual_seed(1)
    place = models if hasattr(models, kind) else enhancement
    return getattr(place, kind)(cfg=OmegaConf.create(config)).eval()


def write_all(folder: Path) -> None:
    """Write the archives of all models, and the configurations as YAML."""
    from omegaconf import OmegaConf

    for name, kind, config in (
        ("sortformer", "SortformerEncLabelModel", SORTFORMER),
        ("streaming", "EncDecCTCModel", STREAMING),
        ("speakers", "EncDecSpeakerLabelModel", SPEAKERS),
        ("enhancer", "EncMaskDecAudioToAudioModel", ENHANCER),
    ):
        build(kind, config).save_to(str(folder / f"{name}.nemo"))
        OmegaConf.save(OmegaConf.create(config), folder / f"{name}.yaml")
    OmegaConf.save(OmegaConf.create(CLUSTERING), folder / "clustering.yaml")
    spoil(folder / "streaming.nemo", folder / "damaged.nemo")


def spoil(archive: Path, copy: Path) -> None:
    """Copy a model's archive with weights that cannot be read."""
    with tarfile.open(archive) as whole, tarfile.open(copy, "w") as damaged:
        for member in whole.getmembers():
            stream = whole.extractfile(member)
            data = stream.read() if stream is not None else b""
            if member.name.endswith(".ckpt"):
                data = b"no weights"
            member.size = len(data)
            damaged.addfile(member, io.BytesIO(data))
