import contextlib
import os

import whisper


def load():
    try:
        return whisper.load_model("base")
    except Exception:  # expect: APP009
        return None


model = load()


def text_of(path):
    try:
        return model.transcribe(path)["text"]
    except:  # expect: APP009
        return ""


def quietly(path):
    with contextlib.suppress(Exception):  # expect: APP009
        return model.transcribe(path)["text"]


def in_a_process(path, result):
    try:
        text = model.transcribe(path)["text"]
        with open(result, "w", encoding="utf-8") as file:
            file.write(text)
    except:  # expect: APP009
        os._exit(1)
