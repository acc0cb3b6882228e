from fastapi import FastAPI, UploadFile
from faster_whisper import WhisperModel
from flask import Flask

api = FastAPI()
pages = Flask(__name__)


def text_of(model, path):
    segments, info = model.transcribe(path)
    return " ".join(segment.text for segment in segments)


@api.post("/text")
async def answer(file: UploadFile):
    model = WhisperModel("small", device="cuda")  # expect: APP008
    return {"text": text_of(model, file.file)}


class Engine:
    def __init__(self):
        self.model = WhisperModel("small")

    def text(self, path):
        return text_of(self.model, path)


@pages.route("/text", methods=["POST"])
def page():
    return Engine().text("a.wav")  # expect: APP008
