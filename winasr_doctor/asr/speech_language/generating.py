"""Transcribes with a speech-language model: `generate`, piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from winasr_doctor.asr.audio import AudioRecording
from winasr_doctor.asr.errors import AudioError
from winasr_doctor.asr.speech_language.chunking import pieces
from winasr_doctor.models.known import CANARY_SECONDS

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


def generate(
    model: Any,  # noqa: ANN401 - a speech-language model
    samples: Any,  # noqa: ANN401 - a numpy array
    options: Mapping[str, Any],
    on_piece: Callable[[int, int], None],
) -> str:
    """Transcribe one recording of any length.

    Args:
        model: The model.
        samples: Mono float32 at 16 kHz, of shape (samples,).
        options: Options for transformers' `generate`, such as `max_new_tokens`.
        on_piece: Called with the number of the next piece, from 1, and the number of pieces.

    Returns:
        The texts of the pieces, joined.

    Raises:
        Exception: Whatever NeMo or `on_piece` raises.
    """
    cut = pieces(samples, CANARY_SECONDS)
    texts = []
    for number, piece in enumerate(cut, 1):
        on_piece(number, len(cut))
        texts.append(_answer(model, piece, options))
    return " ".join(text for text in texts if text)


def _answer(model: Any, samples: Any, options: Mapping[str, Any]) -> str:  # noqa: ANN401
    import torch

    prompt = {"role": "user", "content": f"{PROMPT} {model.audio_locator_tag}"}
    seconds = len(samples) / model.sampling_rate
    room = _TOKENS + int(_TOKENS_PER_SECOND * seconds)
    with torch.inference_mode():
        answer = model.generate(
            prompts=[[prompt]],
            audios=torch.as_tensor(samples, device=model.device).unsqueeze(0),
            audio_lens=torch.tensor([len(samples)], device=model.device),
            **{"max_new_tokens": room, **options},
        )
    return str(model.tokenizer.ids_to_text(answer[0].cpu())).strip()
