"""Synthetic speech: a 20-word vocabulary spoken by espeak-ng in many voices."""  # noqa: INP001

import io
import random
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

SAMPLE_RATE = 16_000  # Hz
WORDS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("open", "close", "start", "stop", "left", "right", "up", "down", "yes", "no"),
)
ACCENTS = (
    *("en-gb", "en-us", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbclan"),
    *("en-gb-x-gbcwmd", "en-029", "en-us-nyc"),
)
# espeak-ng names a voice "accent+variant". No held-out variant is ever trained on. It has no
# "Steph" (its file is "steph") and speaks the plain accent there; the shipped model heard that.
TRAINING_VARIANTS = (
    *("m1", "m2", "m4", "m5", "m6", "m7", "f1", "f2", "f4", "f5", "klatt", "klatt2", "klatt4"),
    *("Alex", "Andy", "Gene", "Lee", "Mario", "Michael", "Annie", "Steph", "Denis", "Diogo"),
    *("belinda", "Alicia", "Andrea", "max", "rob", "paul", "linda"),
)
HELD_OUT_VARIANTS = ("klatt3", "f3", "m3", "m8")

Audio = npt.NDArray[np.float32]


class Utterance(NamedTuple):
    """What is said and how: speed in words per minute, pitch from 0 to 99."""

    text: str
    voice: str
    speed: int
    pitch: int


def draw(count: int, variants: Sequence[str], seed: int) -> list[Utterance]:
    """Draw ``count`` utterances of one to six words; the same seed draws the same."""
    chance = random.Random(seed)  # noqa: S311 - reproducible, not secret
    return [
        Utterance(
            text=" ".join(chance.choices(WORDS, k=chance.randint(1, 6))),
            voice=f"{chance.choice(ACCENTS)}+{variants[i % len(variants)]}",
            speed=chance.randint(120, 210),
            pitch=chance.randint(20, 80),
        )
        for i in range(count)
    ]


def speak(utterance: Utterance) -> Audio:
    """Return the utterance as mono float32 samples in [-1, 1] at 16 kHz.

    Raises:
        subprocess.CalledProcessError: espeak-ng failed.
        ValueError: espeak-ng gave no sound.
    """
    command = [
        *("espeak-ng", "--stdout", "-v", utterance.voice, "-s", str(utterance.speed)),
        *("-p", str(utterance.pitch), utterance.text),
    ]
    spoken = subprocess.run(command, check=True, capture_output=True).stdout  # noqa: S603
    samples, rate = soundfile.read(io.BytesIO(spoken), dtype="float32")
    if not len(samples):
        raise ValueError(f"espeak-ng gave no sound for {utterance}")
    resampled: Audio = soxr.resample(samples, rate, SAMPLE_RATE).astype(np.float32)
    return resampled


def speak_all(utterances: Sequence[Utterance]) -> list[Audio]:
    """Speak every utterance, two processes at a time, in the order given."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(speak, utterances))
