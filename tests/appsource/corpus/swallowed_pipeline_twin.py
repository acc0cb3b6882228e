import logging

from faster_whisper import WhisperModel
from transformers import pipeline

model = WhisperModel("small")
recognise = pipeline("automatic-speech-recognition")
classify = pipeline("text-classification")


def text_of(path):
    try:
        segments, _info = model.transcribe(path)
        return " ".join(segment.text for segment in segments)
    except Exception:
        logging.exception("transcription failed")
        return ""


def shown(path):
    try:
        return recognise(path)["text"]
    except Exception as error:
        return f"failed: {error}"


def missing(path):
    try:
        return recognise(path)["text"]
    except FileNotFoundError:
        return ""


def kind_of(text):
    try:
        return classify(text)
    except Exception:
        return None


def load():
    try:
        return pipeline("automatic-speech-recognition")
    except ValueError:
        return None


def save(path, out):
    with open(out, "w", encoding="utf-8") as file:
        file.write(recognise(path)["text"])
