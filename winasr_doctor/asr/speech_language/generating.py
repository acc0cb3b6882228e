"""Transcribes with a speech-language model, which generates its answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from winasr_doctor.asr.audio import AudioRecording
from winasr_doctor.asr.errors import AudioError

PROMPT = "Transcribe the following:"
"""What Canary-Qwen is asked. Source: its model card and NeMo's `SALM.generate`."""

SHORTEST = 0.1
"""Seconds; a token of the encoder stands for 0.08 s, and an empty recording ends in a bare
IndexError (NeMo 3.0.0)."""

_TOKENS = 64
_TOKENS_PER_SECOND = 12
"""Room for the answer: twice what the fastest speakers need, so that a text is never cut off
while a model that babbles comes to an end."""


def is_generator(model: object) -> bool:
    """Return whether a model generates its answers, as Canary-Qwen does."""
    return not callable(getattr(model, "transcribe", None))


def check_length(model: object, recording: AudioRecording, name: str, path: str | None) -> None:
    """Refuse a recording that is too short for the model to recognise anything.

    Raises:
        AudioError: It is too short.
    """
    if is_generator(model) and recording.duration < SHORTEST:
        raise AudioError(
            f"{name} is too short: it has {recording.duration:.3g} s, and {SHORTEST:g} s are the"
            " least that can be transcribed.",
            path,
        )


def answer(model: Any, samples: Any, options: Mapping[str, Any]) -> str:  # noqa: ANN401
    """Transcribe one recording, or one piece of it.

    Args:
        model: A speech-language model.
        samples: Mono float32 at 16 kHz, of shape (samples,).
        options: Options for transformers' `generate`, such as `max_new_tokens`.

    Raises:
        Exception: Whatever NeMo raises.
    """
    import torch

    prompt = {"role": "user", "content": f"{PROMPT} {model.audio_locator_tag}"}
    seconds = len(samples) / model.sampling_rate
    room = _TOKENS + int(_TOKENS_PER_SECOND * seconds)
    with torch.inference_mode():
        said = model.generate(
            prompts=[[prompt]],
            audios=torch.as_tensor(samples, device=model.device).unsqueeze(0),
            audio_lens=torch.tensor([len(samples)], device=model.device),
            **{"max_new_tokens": room, **options},
        )
    return str(model.tokenizer.ids_to_text(said[0].cpu())).strip()
