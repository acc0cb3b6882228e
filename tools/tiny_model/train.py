"""Train the tiny TDT model on a CPU and measure it on voices it never heard.

Usage: python tools/tiny_model/train.py --output winasr_doctor/data/tiny-tdt.nemo
"""  # noqa: INP001

import argparse
import json
import logging
import math
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from architecture import DURATIONS, add_transcribe_config, build, train_tokenizer
from archive import pack
from evaluate import measure
from nemo.collections.asr.models import EncDecRNNTBPEModel
from speech import HELD_OUT_VARIANTS, TRAINING_VARIANTS, Audio, draw, speak_all
from tdt_loss import tdt_loss

log = logging.getLogger("tiny_model")

SEED = 20_261
BATCH = 32
PEAK_LEARNING_RATE = 4e-3
WARM_UP = 100  # steps


def main() -> None:
    """Synthesize, train, save, measure."""
    options = _options()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(2)
    torch.manual_seed(SEED)
    torch.use_deterministic_algorithms(mode=True)

    utterances = draw(options.clips, TRAINING_VARIANTS, SEED)
    clips = speak_all(utterances)
    log.info("%d training clips", len(clips))
    with tempfile.TemporaryDirectory() as folder:
        train_tokenizer([utterance.text for utterance in utterances], Path(folder))
        model = build(Path(folder))
        started = time.perf_counter()
        train(model, clips, [utterance.text for utterance in utterances], options.steps)
        seconds = time.perf_counter() - started
        add_transcribe_config(model)
        saved = Path(folder) / "saved.nemo"
        model.save_to(str(saved))
        pack(saved, options.output)
    facts: dict[str, object] = {
        "parameters": sum(weight.numel() for weight in model.parameters()),
        "steps": options.steps,
        "training_seconds": round(seconds),
    }
    facts |= measure(options.output, draw(200, HELD_OUT_VARIANTS, SEED + 1))
    facts_path = options.output.with_suffix(".json")
    facts_path.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    log.info("%s", json.dumps(facts))


def train(
    model: EncDecRNNTBPEModel, clips: Sequence[Audio], texts: Sequence[str], steps: int
) -> None:
    """Train in place with AdamW, a short warm-up and a cosine to zero."""
    tokens = [torch.tensor(model.tokenizer.text_to_ids(text)) for text in texts]
    optimizer = torch.optim.AdamW(model.parameters(), lr=PEAK_LEARNING_RATE, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, steps))
    order = _batches([len(clip) for clip in clips])
    noise = np.random.default_rng(SEED)
    model.train()
    started = time.perf_counter()
    for step in range(steps):
        chosen = next(order)
        heard = [torch.from_numpy(_disturb(clips[i], noise)) for i in chosen]
        loss = _loss(model, heard, [tokens[i] for i in chosen])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 20 == 0:
            log.info("%d %.3f %.0f s", step, loss.item(), time.perf_counter() - started)
    model.eval()


def _loss(
    model: EncDecRNNTBPEModel, heard: list[torch.Tensor], tokens: list[torch.Tensor]
) -> torch.Tensor:
    pad = torch.nn.utils.rnn.pad_sequence
    lengths = torch.tensor([len(clip) for clip in heard])
    targets = pad(tokens, batch_first=True)
    target_lengths = torch.tensor([len(text) for text in tokens])
    encoded, frames = model(input_signal=pad(heard, batch_first=True), input_signal_length=lengths)
    predicted, _, _ = model.decoder(targets=targets, target_length=target_lengths)
    logits = model.joint.joint(encoded.transpose(1, 2), predicted.transpose(1, 2))
    return tdt_loss(logits, targets, frames, target_lengths, len(DURATIONS))


def _rate(step: int, steps: int) -> float:
    warm = min(1.0, (step + 1) / WARM_UP)
    return warm * 0.5 * (1 + math.cos(math.pi * step / steps))


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield batches of clips of similar length, forever."""
    chance = random.Random(SEED)  # noqa: S311 - reproducible, not secret
    while True:
        order = list(range(len(lengths)))
        chance.shuffle(order)
        window = BATCH * 12
        pools = [order[i : i + window] for i in range(0, len(order), window)]
        batches = []
        for pool in pools:
            pool.sort(key=lambda clip: lengths[clip])
            batches += [pool[i : i + BATCH] for i in range(0, len(pool), BATCH)]
        chance.shuffle(batches)
        yield from batches


def _disturb(clip: Audio, noise: np.random.Generator) -> Audio:
    """Add up to 0.2 s of silence on both sides and white noise at 20 dB or less."""
    before, after = noise.integers(0, 3_200, 2)
    padded = np.pad(clip, (int(before), int(after)))
    level = float(np.std(clip)) * float(noise.uniform(0.0, 0.1))
    disturbed: Audio = padded + level * noise.standard_normal(len(padded), dtype=np.float32)
    return disturbed.astype(np.float32)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, required=True, help="the .nemo file to write")
    parser.add_argument("--steps", type=int, default=1_400)
    parser.add_argument("--clips", type=int, default=3_000)
    return parser.parse_args()


if __name__ == "__main__":
    main()
