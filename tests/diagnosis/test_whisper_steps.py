"""The packages that run Whisper are known by their functions, in a diagnosis and under `run`."""

from __future__ import annotations

import pytest

from winasr_doctor.diagnosis import FailurePhase, diagnose
from winasr_doctor.frameworks.whisper.steps import imported, step_of

FRAMES = [
    ("faster_whisper\\transcribe.py", "__init__", "faster-whisper loads a model"),
    ("faster_whisper\\transcribe.py", "generate_segments", "faster-whisper transcribes"),
    ("whisper\\__init__.py", "load_model", "openai-whisper loads a model"),
    ("whisper\\decoding.py", "run", "openai-whisper transcribes"),
    ("whisperx\\alignment.py", "load_align_model", "whisperX loads a model"),
    ("whisperx\\asr.py", "transcribe", "whisperX transcribes"),
    (
        "transformers\\pipelines\\automatic_speech_recognition.py",
        "preprocess",
        "transformers' pipeline transcribes",
    ),
]


@pytest.mark.parametrize(("file", "function", "words"), FRAMES)
def test_a_step_is_told_from_a_function(file: str, function: str, words: str):
    path = f"C:\\v\\Lib\\site-packages\\{file}"
    step = step_of(path, function)
    assert str(step) == words
    text = f'Traceback (most recent call last):\n  File "{path}", line 9, in {function}\n'
    diagnosis = diagnose(f"{text}RuntimeError: something odd\n")
    expected = FailurePhase.LOAD if step and step.loads else FailurePhase.TRANSCRIBE
    assert diagnosis.phase is expected


def test_another_package_called_whisper_is_not_taken_for_one():
    assert step_of("/app/whisper/client.py", "transcribe") is None


def test_a_pipeline_counts_only_if_it_is_for_speech():
    assert imported({"transformers", "faster_whisper"}) == ("faster-whisper",)
