import os

import whisper
from faster_whisper import WhisperModel

fast = WhisperModel("small")
slow = whisper.load_model("base")


def in_finally(path):
    try:
        segments, info = fast.transcribe(path)
        return " ".join(segment.text for segment in segments)
    finally:
        os.remove(path)  # expect: APP010


def after(path):
    result = slow.transcribe(path)
    os.remove(path)  # expect: APP010
    return result["text"]
