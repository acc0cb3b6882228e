"""Measure a saved model on held-out voices and write the recordings that ship with it."""  # noqa: INP001

import tempfile
from collections.abc import Sequence
from pathlib import Path

import soundfile
from nemo.collections.asr.models import ASRModel
from speech import SAMPLE_RATE, Audio, Utterance, speak_all

RECORDINGS = ("klatt3", "f3", "m3")  # the held-out variants of the recordings that ship
WORDS_WANTED = range(4, 6)


def measure(model_path: Path, utterances: Sequence[Utterance]) -> dict[str, object]:
    """Return the word error rate on the utterances; write one exact recording per variant.

    The model is read back from its file, so this measures what ships.
    """
    model = ASRModel.restore_from(str(model_path), map_location="cpu")
    clips = speak_all(utterances)
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{i}.wav" for i in range(len(clips))]
        for path, clip in zip(paths, clips, strict=True):
            _write(path, clip)
        heard = model.transcribe([str(path) for path in paths], batch_size=4, verbose=False)
    texts = [hypothesis.text for hypothesis in heard]
    errors = [_distance(u.text.split(), t.split()) for u, t in zip(utterances, texts, strict=True)]
    return {
        "held_out_clips": len(clips),
        "held_out_word_error_rate": _rate(utterances, errors, ""),
        "held_out_exact_clips": errors.count(0),
        "word_error_rate_by_variant": {
            variant: _rate(utterances, errors, f"+{variant}")
            for variant in sorted({u.voice.partition("+")[2] for u in utterances})
        },
        "recordings": _recordings(model_path.parent, utterances, clips, errors),
    }


def _recordings(
    folder: Path, utterances: Sequence[Utterance], clips: Sequence[Audio], errors: Sequence[int]
) -> list[dict[str, str]]:
    written = []
    for variant in RECORDINGS:
        for utterance, clip, wrong in zip(utterances, clips, errors, strict=True):
            fits = len(utterance.text.split()) in WORDS_WANTED
            if fits and not wrong and utterance.voice.endswith(f"+{variant}"):
                name = f"{variant}.wav"
                _write(folder / name, clip)
                written.append({"file": name, "text": utterance.text, "voice": utterance.voice})
                break
    return written


def _rate(utterances: Sequence[Utterance], errors: Sequence[int], ending: str) -> float:
    chosen = [i for i, u in enumerate(utterances) if u.voice.endswith(ending)]
    words = sum(len(utterances[i].text.split()) for i in chosen)
    return round(sum(errors[i] for i in chosen) / words, 4)


def _distance(said: Sequence[str], heard: Sequence[str]) -> int:
    """Count the words to insert, delete or replace (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, 1):
        previous, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (word != other))
    return row[-1]


def _write(path: Path, clip: Audio) -> None:
    soundfile.write(path, clip, SAMPLE_RATE, subtype="PCM_16")
