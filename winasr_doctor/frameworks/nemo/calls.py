"""Calls into NeMo, and readers of their results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any, NamedTuple

from winasr_doctor.frameworks.nemo.names import NAME

_NEEDS_FILES = "EncDecMultiTaskModel"
"""Canary's class. Several releases fail on arrays, with timestamps or without ("'tuple' object has
no attribute 'audio'"), and long recordings are cut into pieces only when they come as a file:
NVIDIA-NeMo/Speech issues 15156, 15286 and 14877."""

_NEEDS_SPEAKERS = "EncDecMultiTalkerRNNTBPEModel"
"""Its `transcribe` takes the activity of each speaker from the batch, which NeMo 3.0.0 fills only
from manifests made for this (`multitalker_asr_models.py`); else it raises a `ValueError`."""

LONG = 30.0
"""Seconds from which a recording is given to Canary alone: it cuts only a single one into pieces
(NeMo, `aed_multitask_models.py`, `enable_chunking`)."""


class TimedWord(NamedTuple):
    """A word, its start and end in seconds from the start of the recording, and its confidence."""

    text: str
    start: float
    end: float
    confidence: float | None = None


_GREEDY = ("greedy", "greedy_batch")
_CONFIDENCE = {
    "preserve_word_confidence": True,
    "preserve_token_confidence": True,
    "preserve_frame_confidence": True,
    "aggregation": "min",
    "exclude_blank": True,
    "method_cfg": {"name": "max_prob"},
}
"""A word is as sure as its least sure token, by the probability of that one. Source: NeMo 3.0.0,
`asr_confidence_utils.py`; with the bundled model it takes 3 % more time."""


def import_asr_model() -> Any:  # noqa: ANN401 - a class of NeMo
    """Import the class that restores models; the first import takes seconds to minutes.

    Raises:
        Exception: Whatever a damaged installation raises.
    """
    from nemo.collections.asr.models import ASRModel

    return ASRModel


def import_speech_language_model() -> Any:  # noqa: ANN401 - a class of NeMo
    """Import the class that restores speech-language models.

    Raises:
        Exception: Whatever a damaged or incomplete installation raises.
    """
    from nemo.collections.speechlm2.models import SALM

    return SALM


def restore(path: str, device: str) -> Any:  # noqa: ANN401 - a NeMo model
    """Restore a model from a `.nemo` file.

    Args:
        path: The file.
        device: Torch's name of the device to load it to.

    Raises:
        Exception: Whatever NeMo raises.
    """
    import torch

    model = import_asr_model().restore_from(path, map_location=torch.device(device))
    model.eval()
    return model


def ask_for_confidence(model: Any) -> None:  # noqa: ANN401 - a NeMo model
    """Let a model say how sure it is of each word, if it can; else it stays as it is.

    Only greedy decoding of transducers and CTC gives this at no price.

    Args:
        model: A model that nobody else uses.
    """
    before = getattr(getattr(model, "cfg", None), "decoding", None)
    if before is None or before.get("strategy") not in _GREEDY or needs_files(model):
        return
    from omegaconf import open_dict

    changed = deepcopy(before)
    with open_dict(changed):
        changed.confidence_cfg = _CONFIDENCE
    try:
        model.change_decoding_strategy(changed, verbose=False)
    except Exception:  # noqa: BLE001 - whatever NeMo raises for a model of another kind
        model.change_decoding_strategy(before, verbose=False)


def needs_files(model: object) -> bool:
    """Return whether a model must be given files instead of arrays."""
    return _is_a(model, _NEEDS_FILES)


def needs_speakers(model: object) -> bool:
    """Return whether a model must be told who talks when while it transcribes."""
    return _is_a(model, _NEEDS_SPEAKERS)


def _is_a(model: object, name: str) -> bool:
    return any(cls.__name__ == name for cls in type(model).__mro__)


def transcribe_batch(
    model: Any,  # noqa: ANN401 - a NeMo model
    inputs: Sequence[Any],
    *,
    timestamps: bool,
    options: Mapping[str, Any],
) -> list[tuple[str, tuple[TimedWord, ...]]]:
    """Transcribe some recordings in one batch with NeMo.

    Args:
        model: An ASR model.
        inputs: Mono float32 arrays of shape (samples,) at 16 kHz, or paths of such files.
        timestamps: Whether to ask for word times.
        options: Passed on to the model.

    Returns:
        The text and the words of each, in the same order.

    Raises:
        Exception: Whatever NeMo raises.
    """
    # num_workers: NeMo's own default, made explicit: any other starts processes on Windows.
    given = {"num_workers": 0, "verbose": False, **options}
    if timestamps:
        given["timestamps"] = True
    results = model.transcribe(list(inputs), batch_size=len(inputs), **given)
    texts = [(_text(each), tuple(_words(each)) if timestamps else ()) for each in _flat(results)]
    if len(texts) != len(inputs):
        raise RuntimeError(f"{NAME} gave {len(texts)} texts for {len(inputs)} recordings")
    return texts


def diarize_file(
    model: Any,  # noqa: ANN401 - a NeMo model
    path: str,
    options: Mapping[str, Any],
) -> list[tuple[str, float, float]]:
    """Find out who talks when in one recording.

    Args:
        model: A diarization model, such as a Sortformer.
        path: A mono wav file at 16 kHz.
        options: Passed on to the model.

    Returns:
        Speaker, start and end in seconds of each segment, in the model's order.

    Raises:
        Exception: Whatever NeMo raises.
    """
    given = {"num_workers": 0, "verbose": False, **options}
    results = model.diarize(audio=[path], batch_size=1, **given)
    if isinstance(results, tuple):  # with `include_tensor_outputs`, the probabilities too
        results = results[0]
    if len(results) != 1:
        raise RuntimeError(f"{NAME} gave {len(results)} results for one recording")
    return [_segment(each) for each in results[0]]


def _segment(text: str) -> tuple[str, float, float]:
    """Read a segment, such as `0.560 1.200 speaker_0` (NeMo, `speaker_utils.py`)."""
    start, end, speaker = text.split()
    return speaker, float(start), float(end)


def _flat(results: Any) -> list[Any]:  # noqa: ANN401 - NeMo's results
    """Return one result per recording.

    A beam search returns a pair of the best and all hypotheses; older releases always did.
    """
    if isinstance(results, tuple):
        results = results[0]
    return [each[0] if isinstance(each, (list, tuple)) and each else each for each in results or ()]


def _text(result: Any) -> str:  # noqa: ANN401 - a text or a `Hypothesis`
    return str(result if isinstance(result, str) else getattr(result, "text", None) or "")


def _words(result: Any) -> Iterator[TimedWord]:  # noqa: ANN401 - a `Hypothesis`
    """Yield the words with their times; older releases call the attribute `timestep`."""
    times = getattr(result, "timestamp", None) or getattr(result, "timestep", None)
    if not isinstance(times, Mapping):
        return
    entries = list(times.get("word") or ())
    sure = list(getattr(result, "word_confidence", None) or ())
    if len(sure) != len(entries):
        sure = [None] * len(entries)
    for entry, confidence in zip(entries, sure, strict=True):
        if "start" in entry and "end" in entry:
            word, start, end = str(entry["word"]), float(entry["start"]), float(entry["end"])
            yield TimedWord(word, start, end, None if confidence is None else float(confidence))
