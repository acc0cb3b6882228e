"""Makes a real, tiny SALM: Canary-Qwen's class with a Qwen3 of 100,000 parameters inside.

It is trained to answer the three bundled recordings with their texts, so that tests can tell a
right answer from a wrong one, and a model from another.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HIDDEN = 64
STEPS = 400
ENOUGH = 0.005
"""The loss at which every answer is right."""

TAG = "<|audioplaceholder|>"
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")


def make_language_model(folder: Path, texts: Sequence[str]) -> None:
    """Write what SALM needs of a language model: its configuration and its tokenizer."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast, Qwen3Config

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=300,
        special_tokens=list(SPECIAL),
        initial_alphabet=alphabet,
        show_progress=False,
    )
    tokenizer.train_from_iterator([*texts, "Transcribe the following:"] * 4, trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>"
    )
    fast.save_pretrained(folder)
    Qwen3Config(
        vocab_size=512,
        hidden_size=HIDDEN,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=16,
        max_position_embeddings=1024,
        tie_word_embeddings=True,
        eos_token_id=2,
        pad_token_id=0,
    ).save_pretrained(folder)


def configuration(language_model: str) -> dict[str, Any]:
    """Return a configuration of the kind that Canary-Qwen's repository holds."""
    return {
        "pretrained_llm": language_model,
        "pretrained_weights": False,
        "prompt_format": "qwen",
        "audio_locator_tag": TAG,
        "lora": {
            "task_type": "CAUSAL_LM",
            "r": 4,
            "lora_alpha": 8,
            "lora_dropout": 0.0,
            "target_modules": ["q_proj", "v_proj"],
        },
        "freeze_params": [],
        "prevent_freeze_params": [],
        "perception": {
            "target": "nemo.collections.speechlm2.modules.perception.AudioPerceptionModule",
            "output_dim": HIDDEN,
            "modality_adapter": {
                "_target_": "nemo.collections.speechlm2.modules.perception.IdentityConnector",
                "d_model": 32,
            },
            "preprocessor": {
                "_target_": "nemo.collections.asr.modules.AudioToMelSpectrogramPreprocessor",
                "sample_rate": 16000,
                "normalize": "per_feature",
                "window_size": 0.025,
                "window_stride": 0.01,
                "window": "hann",
                "features": 80,
                "n_fft": 512,
                "dither": 0.0,
                "pad_to": 0,
            },
            "encoder": {
                "_target_": "nemo.collections.asr.modules.ConformerEncoder",
                "feat_in": 80,
                "feat_out": -1,
                "n_layers": 2,
                "d_model": 32,
                "subsampling": "dw_striding",
                "subsampling_factor": 8,
                "subsampling_conv_channels": 32,
                "ff_expansion_factor": 2,
                "self_attention_model": "rel_pos",
                "n_heads": 2,
                "conv_kernel_size": 5,
                "dropout": 0.0,
                "dropout_pre_encoder": 0.0,
                "dropout_emb": 0.0,
                "dropout_att": 0.0,
            },
        },
    }


def train(salm: Any, recordings: Sequence[tuple[Any, str]]) -> float:
    """Teach it to answer these recordings with these texts; return the last loss.

    Args:
        salm: The model.
        recordings: Samples at 16 kHz, and what is said.
    """
    import torch
    from nemo.collections.common.prompts import PromptFormatter
    from nemo.collections.speechlm2.parts.pretrained import move_embedding

    from winasr_doctor.asr.speech_language.generating import PROMPT

    formatter = PromptFormatter.resolve("qwen")(salm.tokenizer)
    rows = []
    for samples, text in recordings:
        prompt = [{"role": "user", "slots": {"message": f"{PROMPT} {salm.audio_locator_tag}"}}]
        asked = formatter.encode_dialog(turns=prompt)["input_ids"]
        answer = torch.tensor([*salm.tokenizer.text_to_ids(text), salm.text_eos_id])
        rows.append((torch.as_tensor(samples), asked, answer))
    for parameter in salm.parameters():
        parameter.requires_grad_(True)
    optimizer = torch.optim.AdamW(salm.parameters(), lr=3e-3)
    salm.eval()  # no dropout; its batch norms keep their first statistics, as when it answers
    loss = torch.tensor(float("inf"))
    for _step in range(STEPS):
        losses = []
        for samples, asked, answer in rows:
            heard, lengths = salm.perception(
                input_signal=samples.unsqueeze(0), input_signal_length=torch.tensor([len(samples)])
            )
            tokens = torch.cat([asked, answer])
            embedded = salm.embed_tokens(tokens.where(tokens != salm.audio_locator_tag_id, 0))
            place = int((tokens == salm.audio_locator_tag_id).nonzero()[0])
            sequence = torch.cat(
                [embedded[:place], heard[0, : int(lengths[0])], embedded[place + 1 :]]
            ).unsqueeze(0)
            with move_embedding(salm):
                logits = salm.llm(inputs_embeds=sequence).logits[0]
            wanted = logits[-len(answer) - 1 : -1]
            losses.append(torch.nn.functional.cross_entropy(wanted, answer))
        loss = torch.stack(losses).mean()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(salm.parameters(), 1.0)
        optimizer.step()
        if float(loss.detach()) < ENOUGH:
            break
    return float(loss.detach())


def make(
    folder: Path, language_model: Path, name: str, recordings: Sequence[tuple[Path, str]]
) -> float:
    """Make the model and its language model.

    Args:
        folder: Where to write `config.json` and `model.safetensors`.
        language_model: Where to write the language model's files.
        name: What the configuration calls the language model, such as `Qwen/Qwen3-1.7B`.
        recordings: What to learn.
    """
    import soundfile
    import torch
    from nemo.collections.speechlm2.models import SALM

    torch.manual_seed(1)
    torch.set_num_threads(1)
    make_language_model(language_model, [text for _path, text in recordings])
    salm = SALM(configuration(str(language_model)))
    loss = train(
        salm, [(soundfile.read(path, dtype="float32")[0], text) for path, text in recordings]
    )
    salm.save_pretrained(folder)
    config = json.loads((folder / "config.json").read_text("utf-8"))
    config["pretrained_llm"] = name
    (folder / "config.json").write_text(json.dumps(config, indent=2), "utf-8")
    return loss
