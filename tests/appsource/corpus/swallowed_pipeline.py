from contextlib import suppress

import transformers
import whisper
from faster_whisper import WhisperModel
from transformers import pipeline

model = WhisperModel("small")
tiny = whisper.load_model("tiny")


def text_of(path):
    try:
        segments, _info = model.transcribe(path)
        return " ".join(segment.text for segment in segments)
    except Exception:  # expect: APP009
        return ""


def text_or_nothing(path):
    text = None
    with suppress(Exception):  # expect: APP009
        text = tiny.transcribe(path)["text"]
    return text


class Recogniser:
    def __init__(self):
        self.pipe = pipeline("automatic-speech-recognition", model="openai/whisper-tiny")

    def text_of(self, path):
        return self.pipe(path)["text"]


recogniser = Recogniser()


def on_click(path):
    try:
        return recogniser.text_of(path)
    except Exception:  # expect: APP009
        return None


other = transformers.pipeline(task="automatic-speech-recognition")


def save(path, out):
    with open(out, "w") as file:  # expect: APP016
        file.write(other(path)["text"])


def load():
    try:
        return pipeline("automatic-speech-recognition")
    except Exception:  # expect: APP009
        return None
