"""The tiny model: the class of Parakeet TDT (FastConformer encoder, TDT decoder), made small."""  # noqa: INP001

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import sentencepiece
from nemo.collections.asr.models import EncDecRNNTBPEModel
from omegaconf import OmegaConf, open_dict
from speech import SAMPLE_RATE

WIDTH = 64
DURATIONS = (0, 1, 2, 3, 4)  # frames, as in parakeet-tdt-0.6b-v2
VOCABULARY = 56


def train_tokenizer(texts: Iterable[str], folder: Path) -> None:
    """Write a SentencePiece tokenizer of the texts as NeMo wants it.

    The texts are passed in memory, because a SentencePiece model keeps the name of the file
    it was trained on. "identity" leaves out a rule table of 230 KB.
    """
    model_path = folder / "tokenizer.model"
    with model_path.open("wb") as model:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(texts),
            model_writer=model,
            vocab_size=VOCABULARY,
            model_type="bpe",
            character_coverage=1.0,
            normalization_rule_name="identity",
            bos_id=-1,
            eos_id=-1,
            num_threads=1,
        )
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(model_path))
    names = [pieces.id_to_piece(i) for i in range(pieces.get_piece_size())]
    scores = [pieces.get_score(i) for i in range(pieces.get_piece_size())]
    lines = [f"{name}\t{score:g}\n" for name, score in zip(names, scores, strict=True)]
    (folder / "tokenizer.vocab").write_text("".join(lines), encoding="utf-8")
    plain = [f"{name.removeprefix(chr(0x2581))}\n" for name in names[1:]]
    (folder / "vocab.txt").write_text("".join(plain), encoding="utf-8")


def build(tokenizer_folder: Path) -> EncDecRNNTBPEModel:
    """Return the untrained model, on the CPU."""
    return EncDecRNNTBPEModel(cfg=OmegaConf.create(_config(tokenizer_folder)))


def add_transcribe_config(model: EncDecRNNTBPEModel) -> None:
    """Give the model the ``validation_ds`` that NeMo's ``transcribe`` reads its settings from."""
    with open_dict(model.cfg):
        model.cfg.validation_ds = {
            "manifest_filepath": None,
            "sample_rate": SAMPLE_RATE,
            "batch_size": 4,
            "shuffle": False,
            "use_start_end_token": False,
        }


def _config(tokenizer_folder: Path) -> dict[str, Any]:
    asr = "nemo.collections.asr.modules"
    return {
        "target": "nemo.collections.asr.models.rnnt_bpe_models.EncDecRNNTBPEModel",
        "sample_rate": SAMPLE_RATE,
        "compute_eval_loss": False,
        "model_defaults": {
            "enc_hidden": WIDTH,
            "pred_hidden": WIDTH,
            "joint_hidden": WIDTH,
            "tdt_durations": list(DURATIONS),
            "num_tdt_durations": len(DURATIONS),
        },
        "tokenizer": {"dir": str(tokenizer_folder), "type": "bpe"},
        "preprocessor": {
            "_target_": f"{asr}.AudioToMelSpectrogramPreprocessor",
            "sample_rate": SAMPLE_RATE,
            "normalize": "per_feature",
            "window_size": 0.025,
            "window_stride": 0.01,
            "window": "hann",
            "features": 64,
            "n_fft": 512,
            "dither": 0.0,
            "pad_to": 0,
        },
        "encoder": {
            "_target_": f"{asr}.ConformerEncoder",
            "feat_in": 64,
            "feat_out": -1,
            "n_layers": 3,
            "d_model": WIDTH,
            "n_heads": 4,
            "subsampling": "dw_striding",
            "subsampling_factor": 8,
            "subsampling_conv_channels": WIDTH,
            "ff_expansion_factor": 2,
            "self_attention_model": "rel_pos",
            "att_context_size": [-1, -1],
            "xscaling": False,
            "conv_kernel_size": 9,
            "conv_norm_type": "batch_norm",
            "dropout": 0.05,
            "dropout_pre_encoder": 0.05,
            "dropout_emb": 0.0,
            "dropout_att": 0.05,
        },
        "decoder": {
            "_target_": f"{asr}.RNNTDecoder",
            "normalization_mode": None,
            "random_state_sampling": False,
            "blank_as_pad": True,
            "prednet": {"pred_hidden": WIDTH, "pred_rnn_layers": 1, "dropout": 0.1},
        },
        "joint": {
            "_target_": f"{asr}.RNNTJoint",
            "log_softmax": None,
            "preserve_memory": False,
            "fuse_loss_wer": False,
            "fused_batch_size": 4,
            "num_extra_outputs": len(DURATIONS),
            "jointnet": {
                "joint_hidden": WIDTH,
                "encoder_hidden": WIDTH,
                "pred_hidden": WIDTH,
                "activation": "relu",
                "dropout": 0.1,
            },
        },
        "decoding": {
            "strategy": "greedy_batch",
            "model_type": "tdt",
            "durations": list(DURATIONS),
            "greedy": {"max_symbols": 10},
        },
        "loss": {
            "loss_name": "tdt",
            "tdt_kwargs": {
                "fastemit_lambda": 0.0,
                "clamp": -1.0,
                "durations": list(DURATIONS),
                "sigma": 0.0,
                "omega": 0.0,
            },
        },
        "optim": {"name": "adamw", "lr": 0.003},
    }
