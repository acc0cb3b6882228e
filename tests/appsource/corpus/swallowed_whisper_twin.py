import logging

import whisper

model = whisper.load_model("base")


def text_of(path):
    try:
        return model.transcribe(path)["text"]
    except Exception as error:
        print(f"Error: {error}")
        return ""


def smaller(path):
    try:
        return model.transcribe(path)["text"]
    except Exception:
        return whisper.load_model("tiny").transcribe(path)["text"]


def logged(path):
    try:
        return model.transcribe(path)["text"]
    except Exception:
        logging.exception("transcription failed")
        return ""


def named(path):
    try:
        return model.transcribe(path)["text"]
    except KeyError:
        return ""


def in_any_case(path):
    text = ""
    try:
        text = model.transcribe(path)["text"]
    except Exception as error:
        print(f"Error: {error}")
    finally:
        return text
